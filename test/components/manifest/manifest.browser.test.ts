import { expect, fixture, html } from '@open-wc/testing';
import '../../../components/define.js';
import type { CompanionElement, StatusMessengerElement, StatusPanelElement } from '../../../components/index.js';
import { en } from '../../../components/words/en.js';
import type { ElementDeclaration, Manifest } from '../../../scripts/manifest/schema.js';
import { elementsOf } from '../../../scripts/manifest/schema.js';
import { until } from '../../helpers/in-browser.js';
import { settled } from '../status-panel/support.js';
import { progressed, saying, stepped, withNotification } from './said.js';
import { reachParts, type Seen, see, watchElements } from './seen.js';
import { messengerStory, panelStory } from './session-stories.js';
import { SCENES, type Sight, seenAt, targetOf, wholeLook } from './sights.js';
import { Stage } from './stage.js';
import { STORIES } from './stories.js';

const response = await fetch('/custom-elements.json');
const elements = elementsOf((await response.json()) as Manifest);
const names = (list: ReadonlyArray<{ readonly name: string }>) => list.map(({ name }) => name);
const shared = new Set(elements.flatMap(({ cssProperties }) => names(cssProperties)));

watchElements();
reachParts(elements);

/** Plays all that an element can show. */
async function play({ tagName }: ElementDeclaration, look: (shown: Element) => void): Promise<void> {
  if (tagName === 'status-messenger') return messengerStory(look);
  if (tagName !== 'status-panel') return STORIES[tagName]?.(new Stage(tagName, false, look));
  await panelStory(look);
  for (const [tag, story] of Object.entries(STORIES)) {
    if (tag !== 'status-attention') await story(new Stage(tag, true, look));
  }
}

describe('What the manifest says is what the elements do', () => {
  for (const element of elements) {
    const { tagName, cssParts, cssStates, events, slots, attributes, members, cssProperties } = element;

    it(`<${tagName}> shows each of its parts, is in each of its states, fires each of its events, and no others`, async () => {
      const seen: Seen = {
        parts: new Set(),
        ownParts: new Set(),
        states: new Set(),
        events: new Set(),
        slots: new Set(),
      };
      await play(element, (shown) => see(shown, element, seen));
      expect([...seen.parts]).to.have.members(names(cssParts));
      expect(names(cssParts)).to.include.members([...seen.ownParts]);
      expect([...seen.states]).to.have.members(names(cssStates));
      expect([...seen.events]).to.have.members(names(events));
      expect([...seen.slots]).to.have.members(names(slots));
    });

    it(`<${tagName}> has each of its attributes, properties and methods`, async () => {
      const it = document.createElement(tagName) as CompanionElement & Record<string, unknown>;
      const observed = (it.constructor as typeof CompanionElement).observedAttributes;
      expect(observed.filter((name) => name !== 'id')).to.have.members(names(attributes));
      for (const { kind, name, readonly: isReadonly, default: value } of members) {
        expect(name in it, name).to.equal(true);
        if (kind === 'method') expect(it[name], name).to.be.a('function');
        else if (!isReadonly) expect(JSON.stringify(it[name]), name).to.equal(value?.replaceAll("'", '"'));
      }
      for (const { name, fieldName = '', type } of attributes) {
        const value = /'([^']*)'[^']*$/.exec(type?.text ?? '')?.[1] ?? 'a';
        it.setAttribute(name, value);
        expect(it[fieldName], name).to.equal(type?.text === 'boolean' ? true : value);
        it.removeAttribute(name);
        if (type?.text === 'boolean') expect(it[fieldName], name).to.equal(false);
      }
    });

    it(`<${tagName}> is styled by each of its custom properties, and by no other`, async () => {
      const scenes = SCENES[tagName] ?? [];
      const all = scenes.flatMap(({ sights }) => Object.keys(sights));
      expect(all).to.have.members(names(cssProperties));
      for (const { show, sights } of scenes) {
        await show(async (shown) => {
          for (const [property, sight] of Object.entries(sights)) await changes(shown, property, sight);
          (shown.shadowRoot?.activeElement as HTMLElement | null)?.blur();
          for (const property of shared) if (!all.includes(property)) changesNothing(shown, property);
        });
      }
    });
  }

  for (const { tagName } of elements.filter(({ superclass }) => superclass.name === 'CompanionElement')) {
    it(`<${tagName}> shows the session that it is handed, and that of the messenger that it names, in the words that it has`, async () => {
      const session = saying(...stepped, progressed);
      const element = document.createElement(tagName) as CompanionElement;
      const texts = Object.entries(en).filter(([, word]) => typeof word === 'string');
      Object.assign(element, { session, notify: true, words: Object.fromEntries(texts.map(([name]) => [name, '✱'])) });
      const box = await fixture(html`<div><status-messenger id="named"></status-messenger></div>`);
      await withNotification(async () => {
        box.append(element);
        await until(() => innerText(element).includes('✱'), 'its words');
      });
      expect(session.observerCount).to.be.at.least(1);
      element.session = null;
      // Those in a panel find it a little later.
      await until(() => session.observerCount === 0, 'that nobody shows it');

      const messenger = box.querySelector('status-messenger') as StatusMessengerElement;
      let observers = 0;
      messenger.observe = () => {
        observers++;
        return () => void observers--;
      };
      element.setAttribute('for', 'named');
      await until(() => observers > 0, 'the messenger');
      element.htmlFor = null;
      await until(() => observers === 0, 'that nobody shows the messenger');
    });
  }

  it('what a page puts into a slot of <status-panel> is shown there', async () => {
    const slots = elements.find(({ tagName }) => tagName === 'status-panel')?.slots ?? [];
    for (const { name } of slots) {
      const panel = await fixture<StatusPanelElement>(html`<status-panel><p slot=${name}>mine</p></status-panel>`);
      await settled(panel);
      const slot = panel.shadowRoot?.querySelector<HTMLSlotElement>(name ? `slot[name="${name}"]` : 'slot:not([name])');
      expect(
        slot?.assignedElements().map(({ textContent }) => textContent),
        name,
      ).to.deep.equal(['mine']);
    }
  });
});

/** The text in an element, and in those in it. */
function innerText({ shadowRoot }: Element): string {
  const inner = [...(shadowRoot?.querySelectorAll('*') ?? [])].filter((each) => each.shadowRoot);
  return [shadowRoot?.textContent ?? '', ...inner.map(innerText)].join();
}

/** A property that is set on the element changes what it is about, for as long as it is set. */
async function changes(shown: HTMLElement, property: string, sight: Sight): Promise<void> {
  const style = sight[1];
  const value = () => seenAt(shown, sight)[style];
  if (style === 'outlineColor') await focus(targetOf(shown, sight));
  const before = value();
  shown.style.setProperty(property, valueFor(property));
  await until(() => value() !== before, `<${shown.localName}> shows ${property} by ${sight.join(', ')}`);
  shown.style.removeProperty(property);
  await until(() => value() === before, `<${shown.localName}> is without ${property} at ${sight.join(', ')}`);
}

/** A property that the manifest does not name for an element changes nothing of it. */
function changesNothing(shown: HTMLElement, property: string): void {
  const before = wholeLook(shown);
  shown.style.setProperty(property, valueFor(property));
  expect(wholeLook(shown), `<${shown.localName}> without ${property}`).to.deep.equal(before);
  shown.style.removeProperty(property);
}

function valueFor(property: string): string {
  return /-(?:radius|gap|size)$/.test(property) ? '23px' : 'rgb(1, 2, 3)';
}

/** By a script the focus ring is shown to those who had it before: a field to write in always has it. */
async function focus(target: Element): Promise<void> {
  const field = await fixture<HTMLInputElement>(html`<input aria-label="before" />`);
  field.focus();
  (target as HTMLElement).focus();
  expect(target.matches(':focus-visible')).to.equal(true);
}
