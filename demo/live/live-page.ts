import { html, nothing, type TemplateResult } from 'lit';
import { SessionClient } from 'status-messenger';
import type { Look, Work } from '../app/route.js';
import { chaosView } from './chaos-view.js';
import { Network } from './network.js';
import { freshSession } from './session-id.js';
import { sequence } from './strip.js';
import { stripView } from './strip-view.js';
import { Viewer } from './viewer.js';

/** Milliseconds between two looks at the viewers. */
const PACE = 250;
/** How long a cut lasts, in milliseconds. */
const CUT = 2000;

const KINDS = { run: 'demo', conversation: 'agents' } as const;
const TITLES = { run: 'A run', conversation: 'A conversation' };
const LEADS = {
  run: 'Your visit set the server to work: it indexes this project’s own files. Disturb it as you like, reload, or open this page in a second tab: every viewer ends with the same.',
  conversation:
    'Five agents plan your app: the Clarifier asks; Product, Customer, Engineer and Risk work with what you answer. There is no model behind them, so the same answers give the same plan. Reload in the middle of a question: it is asked once, and its first answer counts.',
};

/** Built into files, the page has nobody to talk to. */
const HAS_SERVER = import.meta.env.MODE !== 'static';

/** Work on the real adapter, seen by one or two viewers, with all that can happen to them. */
export class LivePage {
  readonly #changed: () => void;
  readonly #network = new Network();
  #work: Work = 'run';
  #session = '';
  #viewers: readonly Viewer[] = [];
  /** Where the log is, seen over a connection that nobody cuts. */
  #log: SessionClient | undefined;
  #head = 0;
  #isSlow = false;
  #isCut = false;
  #isRestarting = false;
  readonly #timer: ReturnType<typeof setInterval>;

  /** `changed` is called whenever it is to be rendered again. */
  constructor(changed: () => void) {
    this.#changed = changed;
    this.#timer = setInterval(() => this.#look(), PACE);
  }

  /** Shows a session; a new one where `session` is none of this work's. Answers which one it is. */
  show(work: Work, session: string | undefined): string {
    const kind = KINDS[work];
    const wanted = session?.startsWith(`${kind}-`) ? session : freshSession(kind);
    if (wanted === this.#session || !HAS_SERVER) return wanted;
    this.#work = work;
    this.#session = wanted;
    const count = this.#viewers.length || 2;
    this.#leaveSession();
    this.#log = new SessionClient({ url: '/ws', sessionId: wanted });
    this.#log.connect();
    this.#viewers = (['first', 'second'] as const).slice(0, count).map((name) => this.#viewer(name));
    return wanted;
  }

  leave(): void {
    clearInterval(this.#timer);
    this.#leaveSession();
    this.#network.leave();
  }

  render(look: Look): TemplateResult {
    const [first] = this.#viewers;
    return html`
      <div class="live">
        <div class="told">
          <p class="eyebrow">Live</p>
          <h1 tabindex="-1">${TITLES[this.#work]}</h1>
          <p class="lead">${LEADS[this.#work]}</p>
          ${first ? html`<button type="button" id="again" @click=${this.#again}>Start again</button>` : nothing}
        </div>
        ${
          first
            ? html`
                <section class="card connections" aria-labelledby="connections">
                  <div class="card-head">
                    <h2 id="connections">Connections</h2>
                    <ul class="legend" aria-hidden="true">
                      <li class="lag">lag</li>
                      <li class="lost">lost</li>
                      <li class="resumed">resumed</li>
                      <li class="snapshot">snapshot</li>
                    </ul>
                  </div>
                  ${this.#renderChaos()} ${this.#viewers.map(({ name, strip }) => stripView(name, strip, Date.now()))}
                </section>
                <div class="viewers" lang=${look.lang} dir=${look.dir}>
                  ${this.#viewers.map((viewer) => this.#renderViewer(viewer, look))}
                </div>
              `
            : noServer()
        }
      </div>
    `;
  }

  #renderChaos(): TemplateResult {
    return chaosView({
      isCut: this.#isCut,
      isSlow: this.#isSlow,
      isOffline: this.#network.isOffline,
      isRestarting: this.#isRestarting,
      hasSecond: this.#viewers.length > 1,
      cut: () => void this.#cut(),
      slow: (isSlow) => void this.#slow(isSlow),
      offline: (isOffline) => this.#offline(isOffline),
      restart: () => void this.#restart(),
      second: (isWanted) => this.#second(isWanted),
    });
  }

  #renderViewer({ name, panel, journal }: Viewer, look: Look): TemplateResult {
    return html`
      <article class="viewer ${look.width}" data-viewer=${name}>
        <h2 lang="en" dir="ltr">${name === 'first' ? 'First viewer' : 'Second viewer'}</h2>
        ${panel}
        <div class="journal" lang="en" dir="ltr" role="log" aria-label="What happened to the ${name} viewer’s connection">
          <ol>${journal.map(({ at, text }) => html`<li><time>${new Date(at).toLocaleTimeString('en-GB')}</time> ${text}</li>`)}</ol>
        </div>
      </article>
    `;
  }

  #viewer(name: Viewer['name']): Viewer {
    return new Viewer(name, this.#session, this.#changed);
  }

  #leaveSession(): void {
    this.#log?.close();
    for (const viewer of this.#viewers) viewer.leave();
    this.#viewers = [];
    this.#head = 0;
    this.#isSlow = false;
  }

  #look(): void {
    this.#head = Math.max(this.#head, sequence(this.#log?.position));
    for (const viewer of this.#viewers) viewer.look(this.#head);
    this.#changed();
  }

  /** A session holds one run of the work: another one is another session, and this one stays where it was. */
  readonly #again = () => {
    location.hash = `/live/${this.#work}`;
  };

  #second(isWanted: boolean): void {
    const [first, second] = this.#viewers;
    if (!first || isWanted === (second !== undefined)) return;
    second?.leave();
    this.#viewers = isWanted ? [first, this.#viewer('second')] : [first];
    this.#changed();
  }

  #offline(isOffline: boolean): void {
    this.#network.switch(isOffline);
    this.#changed();
  }

  async #cut(): Promise<void> {
    if (this.#isCut) return;
    this.#isCut = true;
    this.#changed();
    if (await this.#ask(`cut=${CUT}`)) await new Promise((resolve) => setTimeout(resolve, CUT));
    this.#isCut = false;
    this.#changed();
  }

  async #slow(isSlow: boolean): Promise<void> {
    if (await this.#ask(`slow=${isSlow}`)) this.#isSlow = isSlow;
    this.#changed();
  }

  async #restart(): Promise<void> {
    if (this.#isRestarting) return;
    this.#isRestarting = true;
    this.#changed();
    await fetch('/demo/restart', { method: 'POST' }).catch(() => undefined);
    this.#isRestarting = false;
    this.#changed();
  }

  /** Of the first viewer's line. Answers whether it was done: without a connection there is nothing to disturb. */
  async #ask(what: string): Promise<boolean> {
    const at = `/demo/line?session=${this.#session}&viewer=first&${what}`;
    const answer = await fetch(at, { method: 'POST' }).catch(() => undefined);
    return answer?.ok === true;
  }
}

function noServer(): TemplateResult | typeof nothing {
  return html`<div class="card no-server">
    <h2>This part needs its server</h2>
    <p>What you look at was built into files. In a clone of the repository, one command starts the page with the real adapter and its agents:</p>
    <pre tabindex="0"><code>npm install
npm start</code></pre>
    <p>The stories work without.</p>
  </div>`;
}
