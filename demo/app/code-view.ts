import hljs from 'highlight.js/lib/core';
import javascript from 'highlight.js/lib/languages/javascript';
import typescript from 'highlight.js/lib/languages/typescript';
import xml from 'highlight.js/lib/languages/xml';
import { html, nothing, type TemplateResult } from 'lit';
import { unsafeHTML } from 'lit/directives/unsafe-html.js';
import { type Description, FRAMEWORK_NAMES, FRAMEWORKS, type Framework, snippet } from '../code/snippets.js';

hljs.registerLanguage('xml', xml);
hljs.registerLanguage('javascript', javascript);
hljs.registerLanguage('typescript', typescript);

const LANGUAGES: Readonly<Record<Framework, string>> = {
  html: 'xml',
  react: 'javascript',
  vue: 'xml',
  svelte: 'xml',
  angular: 'typescript',
};

/** The code of a story, for each framework, to be copied. */
export function codeView(
  described: Description,
  chosen: Framework,
  choose: (framework: Framework) => void,
): TemplateResult {
  const code = snippet(chosen, described);
  return html`
    <section class="card code" aria-labelledby="code">
      <div class="card-head">
        <h2 id="code">Code</h2>
        <div role="tablist" aria-label="Framework" @keydown=${(event: KeyboardEvent) => moveTab(event, chosen, choose)}>
          ${FRAMEWORKS.map(
            (framework) => html`<button
              type="button"
              role="tab"
              id="tab-${framework}"
              aria-controls="code-panel"
              aria-selected=${framework === chosen}
              tabindex=${framework === chosen ? nothing : '-1'}
              @click=${() => choose(framework)}
            >
              ${FRAMEWORK_NAMES[framework]}
            </button>`,
          )}
        </div>
        ${copyButton(code)}
      </div>
      <div id="code-panel" role="tabpanel" aria-labelledby="tab-${chosen}">
        <pre tabindex="0" aria-label="Code"><code>${highlighted(code, chosen)}</code></pre>
      </div>
    </section>
  `;
}

/** It escapes whatever is in the code. */
export function highlighted(code: string, framework: Framework) {
  return unsafeHTML(hljs.highlight(code, { language: LANGUAGES[framework] }).value);
}

/** Says for a moment that it has copied. */
function copyButton(text: string): TemplateResult {
  const copy = async (event: Event) => {
    const button = event.currentTarget as HTMLElement;
    const isDone = await navigator.clipboard.writeText(text).then(
      () => true,
      () => false,
    );
    const said = button.querySelector('[role="status"]');
    if (said) said.textContent = isDone ? 'Copied' : 'Not allowed';
    button.toggleAttribute('data-said', true);
    setTimeout(() => {
      if (said) said.textContent = '';
      button.toggleAttribute('data-said', false);
    }, 1600);
  };
  return html`<button type="button" class="quiet copy" @click=${copy}>
    <span class="label">Copy</span><span role="status"></span>
  </button>`;
}

/** By arrows, Home and End, as tabs are. */
function moveTab(event: KeyboardEvent, chosen: Framework, choose: (framework: Framework) => void): void {
  const here = FRAMEWORKS.indexOf(chosen);
  const last = FRAMEWORKS.length - 1;
  const to = { ArrowRight: here + 1, ArrowLeft: here - 1, Home: 0, End: last }[event.key];
  if (to === undefined) return;
  event.preventDefault();
  const framework = FRAMEWORKS[(to + FRAMEWORKS.length) % FRAMEWORKS.length] ?? 'html';
  choose(framework);
  (event.currentTarget as HTMLElement).querySelector<HTMLElement>(`#tab-${framework}`)?.focus();
}
