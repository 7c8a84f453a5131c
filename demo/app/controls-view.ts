import { html, nothing, type TemplateResult } from 'lit';
import { type Control, readValue, writeValue } from '../manifest/controls.js';
import { storyValue } from './stage.js';
import type { StoryView } from './story-page.js';
import { inlineCode } from './text.js';

/** A field for each property that can be set here, and what there is to know of the others. */
export function controlsView(view: StoryView, controls: readonly Control[]): TemplateResult {
  const open = controls.filter(({ kind }) => kind !== 'none');
  const others = controls.filter(({ kind }) => kind === 'none');
  const isSet = Object.keys(view.address.values).length > 0;
  return html`
    <section class="card" aria-labelledby="controls">
      <div class="card-head">
        <h2 id="controls">Controls</h2>
        <button type="button" class="quiet" aria-disabled=${isSet ? nothing : 'true'} @click=${() => isSet && view.reset()}>Reset</button>
      </div>
      ${open.length === 0 ? html`<p class="none">This element has nothing to set but its session.</p>` : nothing}
      <div class="controls">${open.map((control) => controlRow(control, view))}</div>
      ${
        others.length === 0
          ? nothing
          : html`<details class="others">
              <summary>Set by the page</summary>
              <dl>
                ${others.map(
                  ({ name, attribute, description }) =>
                    html`<dt><code>${attribute ?? name}</code></dt><dd>${inlineCode(description)}</dd>`,
                )}
              </dl>
            </details>`
      }
    </section>
  `;
}

function controlRow(control: Control, view: StoryView): TemplateResult {
  const { name, attribute, description, kind, default: initial } = control;
  const id = `control-${name}`;
  return html`
    <div class="control ${kind}">
      <label for=${id}><code>${attribute ?? name}</code></label>
      ${field(control, id, view)}
      <p id="${id}-help">
        ${inlineCode(description)}${initial === '' || initial === 'null' ? nothing : html` <span class="default">Default <code>${initial}</code></span>`}
      </p>
    </div>
  `;
}

function field(control: Control, id: string, { story, address, setValue }: StoryView): TemplateResult {
  const { name, attribute, kind, options, default: initial } = control;
  const written = address.values[name];
  const set = written === undefined ? undefined : readValue(control, written);
  const value =
    set ?? storyValue(story, name, attribute) ?? (kind === 'choice' ? initial.replaceAll("'", '') : undefined);
  const put = (next: string) => setValue(name, next === '' && kind !== 'choice' ? undefined : next);
  const help = `${id}-help`;
  switch (kind) {
    case 'boolean':
      return html`<input
        id=${id}
        class="switch"
        type="checkbox"
        role="switch"
        aria-describedby=${help}
        .checked=${value === true}
        @change=${(event: Event) => put(String((event.currentTarget as HTMLInputElement).checked))}
      />`;
    case 'choice':
      return html`<select
        id=${id}
        aria-describedby=${help}
        @change=${(event: Event) => put((event.currentTarget as HTMLSelectElement).value)}
      >
        ${options.map((option) => html`<option .selected=${option === value}>${option}</option>`)}
      </select>`;
    default:
      return html`<input
        id=${id}
        type=${kind === 'number' ? 'number' : 'text'}
        aria-describedby=${help}
        autocomplete="off"
        placeholder=${kind === 'list' ? 'One, two' : ''}
        .value=${textOf(value)}
        @change=${(event: Event) => put((event.currentTarget as HTMLInputElement).value)}
      />`;
  }
}

function textOf(value: unknown): string {
  if (Array.isArray(value)) return writeValue(value.map(String));
  return typeof value === 'string' || typeof value === 'number' ? String(value) : '';
}
