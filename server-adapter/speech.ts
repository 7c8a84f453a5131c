import {
  assertFields,
  type ChannelName,
  clipText,
  describe,
  isBuiltInMessage,
  isObject,
  messageOf,
  parseJson,
  readMessage,
  StatusMessengerError,
  statusText,
} from '../protocol/index.js';
import type { Outgoing, SendResult, StatusExtra } from './compose.js';
import { channelInContext, currentContext } from './context.js';
import { type AnswerTo, type AskOptions, readQuestion } from './conversation/ask-options.js';
import type { Questions } from './conversation/questions.js';
import { shown } from './conversation/run-messages.js';
import { isOfOpenStep } from './conversation/steps.js';
import { goesOnElsewhere } from './conversation/stops.js';
import type { Log } from './logger.js';
import type { StatusUpdates } from './updates.js';

/** What may stand beside the text of a status. */
const EXTRA = ['agent', 'step', 'run', 'level'] satisfies Array<keyof StatusExtra>;

/** What speech needs of the messenger that it is of. */
export interface SpeechOwner {
  readonly questions: Questions;
  readonly updates: StatusUpdates;
  isClosed(): boolean;
  send(channel: ChannelName, message: Outgoing): Promise<SendResult>;
  /** The frame of a channel's latest status. */
  latestStatus(sessionId: string): string | undefined;
}

/** What is said without naming anybody: it is for those who watch the run in context. */
export class Speech {
  readonly #owner: SpeechOwner;
  readonly #log: Log;
  /** The latest status that no session was in context for. */
  #unrouted: string | undefined;

  constructor(owner: SpeechOwner, log: Log) {
    this.#owner = owner;
    this.#log = log;
  }

  /** Shows a status. Never throws and never waits. */
  addStatus(text: unknown, extra: StatusExtra): void {
    try {
      this.#addStatus(text, extra);
    } catch (error) {
      this.#log.warnOnce('status-failed', `addStatusMessage: ${messageOf(error)}`);
    }
  }

  /** The latest status of a session, else of those that no session was in context for, as a list of one or none. */
  statuses(sessionId: string | undefined): string[] {
    if (sessionId === undefined) return this.#unrouted === undefined ? [] : [this.#unrouted];
    const frame = this.#owner.latestStatus(sessionId);
    const status = frame === undefined ? undefined : readMessage(parseJson(frame));
    return status && isBuiltInMessage(status) && status.type === 'status' ? [statusText(status.data)] : [];
  }

  /** Says something, as one of the calls does. Never throws and never waits. */
  speak(call: string, message: Outgoing): void {
    if (this.#owner.isClosed() && isOfOpenStep(message)) return;
    try {
      this.#speak(call, message.type, message);
    } catch (error) {
      this.#log.warnOnce(`${call}-failed ${messageOf(error)}`, `${call}: ${messageOf(error)}`);
    }
  }

  /** Asks, and resolves with the answer; see `StatusMessenger.ask`. */
  async ask<const O extends AskOptions>(question: string, options: O | undefined): Promise<AnswerTo<O>> {
    const read = readQuestion(question, options);
    const channel = channelInContext();
    if (channel === undefined) {
      const text = `ask: got "${clipText(question, 80)}" outside of any session, expected one in context; call it inside onSession or runWithSession(sessionId, …)`;
      throw new StatusMessengerError('invalid', text);
    }
    const signals = [read.signal, currentContext()?.signal].filter((signal) => signal !== undefined);
    const signal = signals.length > 0 ? AbortSignal.any(signals) : undefined;
    const answer = await this.#owner.questions.ask(channel, { ...read, signal }, attribution());
    // It was read by what the options say.
    return answer as AnswerTo<O>;
  }

  #addStatus(text: unknown, extra: StatusExtra): void {
    const sessionId = currentContext()?.sessionId;
    if (typeof text !== 'string') {
      this.#log.warnOnce('status-type', `addStatusMessage: got ${describe(text)}, expected a text; pass a string`);
    }
    const status = shown(text);
    if (typeof text === 'string' && status !== text) {
      const got = `got ${text.length} characters, expected a line; the rest is cut`;
      this.#log.warnOnce('status-length', `addStatusMessage: ${got}`);
    }
    this.#owner.updates.push([sessionId ?? null, status]);
    if (channelInContext() === undefined) this.#unrouted = status;
    this.#speak('addStatusMessage', status, { ...this.#readExtra(extra), type: 'status', data: status });
  }

  /** What is misspelt, or no object at all, is left out with a warning: the status is shown all the same. */
  #readExtra(extra: StatusExtra | null): StatusExtra {
    if (extra === null) return {};
    try {
      assertFields('addStatusMessage: extra', extra, EXTRA, 'pass for instance { agent: "Reader" }');
    } catch (error) {
      this.#log.warnOnce('status-extra', messageOf(error).replace('status-messenger: ', ''));
    }
    try {
      return isObject(extra) ? { ...extra } : {};
    } catch {
      // Objects can be made that throw when they are looked at.
      return {};
    }
  }

  #speak(call: string, what: string, message: Outgoing): void {
    // Whoever has the work now speaks for it.
    if (goesOnElsewhere(currentContext()?.signal)) return;
    const channel = channelInContext();
    if (channel === undefined) {
      const got = `got "${clipText(what, 80)}" outside of any session, expected one in context`;
      this.#log.warnOnce(
        `no-session ${call}`,
        `${call}: ${got}; call it inside onSession or runWithSession(sessionId, …)`,
      );
      return;
    }
    this.#owner.send(channel, { ...attribution(), ...message }).catch((error: unknown) => {
      this.#log.warnOnce(`${call}-failed ${messageOf(error)}`, `${call}: ${messageOf(error)}`);
    });
  }
}

/** What the context says of who speaks. */
function attribution(): StatusExtra {
  const { agent, step, runId } = currentContext() ?? {};
  return {
    ...(agent === undefined ? {} : { agent }),
    ...(step === undefined ? {} : { step }),
    ...(runId === undefined ? {} : { run: runId }),
  };
}
