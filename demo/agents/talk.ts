import { html, nothing, type TemplateResult } from 'lit';
import {
  type ChannelState,
  type QuestionView,
  type ResultView,
  type StepNode,
  type StepView,
  stepTree,
} from 'status-messenger/protocol';
import { answerText, plainText } from './answer-text.js';

/** What was asked and answered, and what each agent did and found. Pure. */
export function talk({ questions, steps, results }: ChannelState): TemplateResult {
  return html`
    <ol class="questions" aria-label="Questions">
      ${questions.filter(({ status }) => status !== 'open').map((question) => html`<li class="question">${closed(question)}</li>`)}
    </ol>
    <ol class="agents" aria-label="Agents">
      ${stepTree(steps).map((step) => agent(step, results))}
    </ol>
  `;
}

const OUTCOMES = { declined: 'Declined', expired: 'Nobody answered in time', cancelled: 'Withdrawn' };

function closed(view: QuestionView): TemplateResult {
  const { question, status, by } = view;
  const outcome = status === 'answered' || status === 'open' ? answerText(view) : OUTCOMES[status];
  return html`
    <p class="asked">${question}</p>
    <p class="answer">${outcome}</p>
    ${by === undefined ? nothing : html`<p class="by">by ${by.replace('-', ' ')}</p>`}
  `;
}

const SIGNS = { running: 'under way', finished: 'done', failed: 'failed', stopped: 'stopped' };

function agent(step: StepNode, results: readonly ResultView[]): TemplateResult {
  const found = results.find((result) => result.agent === step.agent);
  return html`<li>
    <h4>${head(step)}</h4>
    ${trouble(step)} ${steps(step.children)} ${found ? finding(found.data) : nothing}
  </li>`;
}

function steps(nodes: readonly StepNode[]): TemplateResult | typeof nothing {
  if (nodes.length === 0) return nothing;
  return html`<ol class="steps">
    ${nodes.map((node) => html`<li>${head(node)} ${trouble(node)} ${steps(node.children)}</li>`)}
  </ol>`;
}

function head(step: StepView): TemplateResult {
  const { status, label } = step;
  return html`
    <span class="sign ${status}"></span><span class="hidden">${SIGNS[status]}:</span>
    <span>${label}</span> <span class="fact">${facts(step)}</span>
  `;
}

/** What went wrong, said once: by the innermost step that failed of it. */
function trouble({ error, children }: StepNode): TemplateResult | typeof nothing {
  if (error === undefined || children.some((child) => child.error === error)) return nothing;
  return html`<p class="wrong">${error}</p>`;
}

/** How far the step is, and how long it took. */
function facts({ progress, startedAt, endedAt }: StepView): string {
  const count = progress?.max === undefined ? [] : [`${progress.value ?? 0} of ${progress.max}`];
  const took =
    startedAt === undefined || endedAt === undefined ? [] : [`${((endedAt - startedAt) / 1000).toFixed(1)} s`];
  return [...count, ...took].join(', ');
}

/** Whatever an agent found, by its fields. */
function finding(data: unknown): TemplateResult {
  const fields = typeof data === 'object' && data !== null ? Object.entries(data) : [['', data]];
  return html`<dl class="finding">
    ${fields.map(([name, value]) => {
      const items = Array.isArray(value) ? value : [value];
      return html`<div><dt>${name}</dt>${items.map((item) => html`<dd>${plainText(item)}</dd>`)}</div>`;
    })}
  </dl>`;
}
