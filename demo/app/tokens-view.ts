import { html, nothing, type TemplateResult } from 'lit';
import { readToken, type Token } from '../manifest/tokens.js';
import { isDark } from './look.js';
import type { StoryView } from './story-page.js';

/** The custom properties of the element, to play with. */
export function tokensView({ address, setValue }: StoryView, tokens: readonly Token[]): TemplateResult {
  const shade = isDark(address.look) ? 'dark' : 'light';
  return html`
    <section class="card" aria-labelledby="tokens">
      <div class="card-head"><h2 id="tokens">Tokens</h2></div>
      <div class="tokens">
        ${tokens.map((token) => {
          const set = (value: string | undefined) => setValue(token.name, value);
          return tokenRow(token, address.values[token.name] ?? '', shade, set);
        })}
      </div>
    </section>
  `;
}

function tokenRow(
  token: Token,
  written: string,
  shade: 'light' | 'dark',
  set: (value: string | undefined) => void,
): TemplateResult {
  const { name, description } = token;
  const value = readToken(token, written);
  const id = `token${name}`;
  const input = (event: Event) => {
    const { value: next } = event.currentTarget as HTMLInputElement;
    set(token.kind === 'color' ? next : `${next}${token.unit}`);
  };
  return html`
    <div class="token" title=${description}>
      <label for=${id}><code>${name.replace('--status-', '')}</code></label>
      ${
        token.kind === 'color'
          ? html`<input id=${id} type="color" .value=${value ?? token.start[shade]} @input=${input} />`
          : html`<input
              id=${id}
              type="range"
              min=${token.min}
              max=${token.max}
              step="0.0625"
              .value=${value === undefined ? String(token.start) : String(Number.parseFloat(value))}
              aria-valuetext=${value ?? `${token.start}${token.unit}`}
              @input=${input}
            />`
      }
      <output for=${id}>${value ?? (token.kind === 'color' ? 'default' : `${token.start}${token.unit}`)}</output>
      ${
        value === undefined
          ? nothing
          : html`<button type="button" class="quiet undo" aria-label="Take ${name} back" @click=${() => set(undefined)}>×</button>`
      }
    </div>
  `;
}
