import { html, nothing, type TemplateResult } from 'lit';
import { type Address, DIRECTIONS, LANGUAGES, type Look, SCHEMES, WIDTHS } from './route.js';

const LANGUAGE_NAMES: Readonly<Record<Look['lang'], string>> = {
  en: 'English',
  de: 'Deutsch',
  es: 'Español',
  fr: 'Français',
  ja: '日本語',
  ar: 'العربية',
  zh: '中文',
};

/** How what is shown is shown: colours, direction, language, width. */
export function lookBar({ route, look }: Address, set: (change: Partial<Look>) => void): TemplateResult {
  const hasElement = route.page === 'story' || route.page === 'live';
  return html`
    <section class="look" aria-label="How it is shown">
      ${
        hasElement
          ? html`
              ${segments('Width', 'width', WIDTHS, { wide: 'Wide', narrow: 'Narrow' }, look.width, (width) => set({ width }))}
              ${segments('Direction', 'dir', DIRECTIONS, { ltr: 'LTR', rtl: 'RTL' }, look.dir, (dir) => set({ dir }))}
              <label class="pick">
                <span class="hidden">Language</span>
                <select
                  name="lang"
                  @change=${(event: Event) => {
                    const { value } = event.currentTarget as HTMLSelectElement;
                    const lang = LANGUAGES.find((each) => each === value) ?? 'en';
                    // As a page in that language would be written.
                    set({ lang, dir: lang === 'ar' ? 'rtl' : 'ltr' });
                  }}
                >
                  ${LANGUAGES.map(
                    (lang) =>
                      html`<option value=${lang} lang=${lang} .selected=${lang === look.lang}>${LANGUAGE_NAMES[lang]}</option>`,
                  )}
                </select>
              </label>
            `
          : nothing
      }
      ${segments('Colours', 'scheme', SCHEMES, { auto: 'Auto', light: 'Light', dark: 'Dark' }, look.scheme, (scheme) => set({ scheme }))}
    </section>
  `;
}

function segments<T extends string>(
  legend: string,
  name: string,
  options: readonly T[],
  labels: Readonly<Record<T, string>>,
  chosen: T,
  choose: (option: T) => void,
): TemplateResult {
  return html`
    <fieldset class="segments">
      <legend class="hidden">${legend}</legend>
      ${options.map(
        (option) => html`
          <label>
            <input type="radio" name=${name} value=${option} .checked=${option === chosen} @change=${() => choose(option)} />
            <span>${labels[option]}</span>
          </label>
        `,
      )}
    </fieldset>
  `;
}
