import { html, nothing, type TemplateResult } from 'lit';
import type { ElementInfo } from '../manifest/elements.js';
import { findStory, GROUPS } from '../stories/index.js';
import { highlighted } from './code-view.js';
import { type Address, formatAddress, type Route } from './route.js';
import { Stage } from './stage.js';

/** The story that stands for each element. */
const SHOWN: Readonly<Record<string, string>> = {
  'status-panel': 'compact',
  'status-messenger': 'running',
  'status-timeline': 'running',
  'status-progress': 'step',
  'status-question': 'yes-no',
  'status-results': 'markdown',
  'status-connection': 'reconnecting',
  'status-controls': 'running',
};

const IN_THE_PAGE = `<script type="module">
  import 'status-messenger/define';
</script>

<status-panel url="/ws" session-id="abc"></status-panel>`;

const ON_THE_SERVER = `const messenger = new StatusMessenger();
messenger.attach(httpServer);
messenger.onSession(async () => {
  addStatusMessage('Reading the documents…');
});`;

/** What it is, seen at work, and where to go from here. */
export class StartPage {
  readonly #hero: Stage | undefined;
  readonly #shown = new Map<string, Stage>();

  constructor(elements: ReadonlyMap<string, ElementInfo>) {
    const stage = (tag: string, id: string) => {
      const story = findStory(tag, id);
      const info = elements.get(tag);
      return story && info ? new Stage(story, info, () => {}) : undefined;
    };
    this.#hero = stage('status-panel', 'whole-run');
    for (const [tag, id] of Object.entries(SHOWN)) {
      const shown = stage(tag, id);
      if (shown) this.#shown.set(tag, shown);
    }
  }

  leave(): void {
    for (const stage of [this.#hero, ...this.#shown.values()]) stage?.leave();
  }

  render(address: Address): TemplateResult {
    const link = (route: Route) => formatAddress({ ...address, route, values: {} });
    return html`
      <div class="start">
        <div class="hero">
          <div>
            <h1 tabindex="-1">What work on a server is doing, live and truthfully</h1>
            <p class="lead">
              Web components for any page, and an adapter for Node. Nothing is lost when a connection is, nothing is shown that the
              server did not say, and people answer where they are asked.
            </p>
            <p class="ways">
              <a class="primary" href=${link({ page: 'live', work: 'run' })}>See it live</a>
              <a href=${link({ page: 'story', tag: 'status-panel', story: 'running' })}>Look at the stories</a>
            </p>
          </div>
          <section class="hero-panel" aria-label="A run, as it happens">${this.#hero?.element ?? nothing}</section>
        </div>
        <section aria-labelledby="elements">
          <h2 id="elements">The elements</h2>
          <ul class="cards">
            ${GROUPS.map(
              ({ tag, about, stories: [first] }) => html`<li>
                <div class="mini" inert aria-hidden="true">
                  <div>${this.#shown.get(tag)?.element ?? html`<p class="tab">◆ Needs you · Your page</p>`}</div>
                </div>
                <h3><a href=${link({ page: 'story', tag, story: SHOWN[tag] ?? first?.id ?? '' })}><code>${tag}</code></a></h3>
                <p>${about}</p>
              </li>`,
            )}
          </ul>
        </section>
        <section aria-labelledby="takes">
          <h2 id="takes">All it takes</h2>
          <div class="takes">
            <figure class="card">
              <figcaption class="card-head">In the page</figcaption>
              <pre tabindex="0" aria-label="In the page"><code>${highlighted(IN_THE_PAGE, 'html')}</code></pre>
            </figure>
            <figure class="card">
              <figcaption class="card-head">On the server</figcaption>
              <pre tabindex="0" aria-label="On the server"><code>${highlighted(ON_THE_SERVER, 'react')}</code></pre>
            </figure>
          </div>
        </section>
      </div>
    `;
  }
}
