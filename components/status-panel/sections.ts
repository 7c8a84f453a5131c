import { html, type TemplateResult } from 'lit';
import type { Words } from '../words/index.js';

/** The parts of each element that stands in the panel, `base` aside. The panel shows them to the page with the element's name before theirs: `timeline-entry`. */
const PARTS = {
  connection: 'indicator label detail age button',
  question:
    'header indicator from time question form fields field label hint option default problem summary actions send decline note answer begun previous more empty',
  progress: 'label status indicator percent track fill message details amount rate elapsed remaining',
  timeline:
    'agents agent scroller earlier empty list entry toggle indicator text name steps detail preview time latest step tool status progress question answer result error end gap',
  results:
    'end indicator error empty summary result heading copy content truncated markdown tree branch key value more',
  controls: 'stop restart confirm question yes no note',
} as const;

/** An element in the panel. */
export type Section = keyof typeof PARTS;

/** What the panel hands on to the elements in it. */
interface HandedOn {
  readonly words: Partial<Words> | null;
  readonly confirm: boolean;
  readonly restartable: boolean;
}

const ELEMENTS: Readonly<Record<Section, (parts: string, from: HandedOn) => TemplateResult>> = {
  connection: (parts, { words }) =>
    html`<status-connection part="connection" exportparts=${parts} .words=${words}></status-connection>`,
  question: (parts, { words }) =>
    html`<status-question part="question" exportparts=${parts} .words=${words}></status-question>`,
  progress: (parts, { words }) =>
    html`<status-progress part="progress" exportparts=${parts} .words=${words}></status-progress>`,
  timeline: (parts, { words }) =>
    html`<status-timeline part="timeline" exportparts=${parts} .words=${words}></status-timeline>`,
  results: (parts, { words }) =>
    html`<status-results part="results" exportparts=${parts} .words=${words}></status-results>`,
  controls: (parts, { words, confirm, restartable }) =>
    html`<status-controls part="controls" exportparts=${parts} .words=${words} .confirm=${confirm} .restartable=${restartable}></status-controls>`,
};

/** The value of `exportparts` for the element of a section. */
export function exportedParts(section: Section): string {
  return PARTS[section]
    .split(' ')
    .map((part) => `${part}:${section}-${part}`)
    .join();
}

/** The element of a section. */
export function sectionElement(section: Section, from: HandedOn): TemplateResult {
  return ELEMENTS[section](exportedParts(section), from);
}
