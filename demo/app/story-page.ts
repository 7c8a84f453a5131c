import { html, nothing, type TemplateResult } from 'lit';
import type { Framework } from '../code/snippets.js';
import { controlsOf } from '../manifest/controls.js';
import type { ElementInfo } from '../manifest/elements.js';
import { readToken, tokensOf } from '../manifest/tokens.js';
import { GROUPS, type Listed } from '../stories/index.js';
import { codeView } from './code-view.js';
import { controlsView } from './controls-view.js';
import { eventsView } from './events-view.js';
import { type Address, formatAddress } from './route.js';
import { adjusted, type Stage } from './stage.js';
import { tokensView } from './tokens-view.js';

export interface StoryView {
  readonly story: Listed;
  readonly info: ElementInfo;
  readonly stage: Stage;
  readonly address: Address;
  readonly framework: Framework;
  setValue(name: string, value: string | undefined): void;
  reset(): void;
  replay(): void;
  choose(framework: Framework): void;
}

/** A story: the element, what it can be set to, what is heard of it, and the code that makes it. */
export function storyPage(view: StoryView): TemplateResult {
  const { story, info, stage, address } = view;
  const controls = controlsOf(info);
  const tokens = tokensOf(info);
  const set = tokens.flatMap((token) => {
    const value = readToken(token, address.values[token.name] ?? '');
    return value === undefined ? [] : [[token.name, value] as const];
  });
  const { lang } = address.look;
  const described = {
    tag: story.tag,
    ...adjusted(story, controls, address.values),
    ...(story.children ? { children: story.children } : {}),
    ...(story.listensTo ? { listensTo: story.listensTo } : {}),
    ...(lang === 'en' ? {} : { language: lang }),
    tokens: Object.fromEntries(set),
  };
  return html`
    <div class="story">
      <div class="told">
        <p class="eyebrow">
          <a href=${formatAddress({ ...address, route: { page: 'reference', tag: story.tag }, values: {} })}><code>&lt;${story.tag}&gt;</code></a>
        </p>
        <h1 tabindex="-1">${story.title}</h1>
        <p class="lead">${story.shows}</p>
      </div>
      <section class="preview" aria-label="The element">
        <div class="canvas" lang=${lang} dir=${address.look.dir}>
          <div class="frame ${address.look.width}">
            ${story.tag === 'status-attention' ? tab() : nothing}${stage.element}
          </div>
        </div>
        <div class="moves">
          ${(story.moves ?? []).map(
            ({ label }, i) => html`<button type="button" @click=${() => stage.move(i)}>${label}</button>`,
          )}
          <button type="button" class="quiet" @click=${view.replay}>From the beginning</button>
        </div>
      </section>
      <div class="inspector">${controlsView(view, controls)} ${tokensView(view, tokens)}</div>
      <div class="below">${eventsView(stage, info)} ${codeView(described, view.framework, view.choose)} ${neighbours(view)}</div>
    </div>
  `;
}

/** The browser's tab, which `<status-attention>` writes on. */
function tab(): TemplateResult {
  return html`<div class="tabs"><p class="tab"><span class="hidden">The title of this tab: </span>${document.title}</p></div>`;
}

function neighbours({ story, address }: StoryView): TemplateResult {
  const stories = GROUPS.flatMap(({ tag, stories }) => stories.map(({ id, title }) => ({ tag, id, title })));
  const here = stories.findIndex(({ tag, id }) => tag === story.tag && id === story.id);
  const link = (at: number, rel: 'prev' | 'next') => {
    const other = stories[at];
    if (!other) return html`<span></span>`;
    const route = { page: 'story', tag: other.tag, story: other.id } as const;
    return html`<a class=${rel} rel=${rel} href=${formatAddress({ ...address, route, values: {} })}>
      <span class="way">${rel === 'prev' ? 'Before' : 'Next'}</span> ${other.title} <code>${other.tag}</code>
    </a>`;
  };
  return html`<nav class="neighbours" aria-label="Other stories">${link(here - 1, 'prev')} ${link(here + 1, 'next')}</nav>`;
}
