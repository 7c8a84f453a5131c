import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { readMessage } from '../../protocol/index.js';
import { ChildHost, ProcessGone } from './child-host.js';
import { FAULTS } from './faults.js';
import { type Asking, type Host, type HostOptions, LIMITS, type Publication, startHost } from './host.js';
import { checkInputs } from './inputs.js';
import { type Entry, readJournal } from './journal.js';
import { largeMessage, messageNumber } from './messages.js';
import { Oracle } from './oracle.js';
import { checkQuestions } from './questions.js';
import type { Answering, Kind, Round, Scenario } from './scenario.js';
import { type Answer, type Server, THROWN, Viewer } from './viewer.js';

/** What a kind of fault did: how often it struck, and how pages came back from it. */
export interface Effect {
  struck: number;
  resumes: number;
  snapshots: number;
}

export interface Report {
  /** What should not have been; nothing, if all is well. */
  readonly wrongs: readonly string[];
  readonly effects: ReadonlyMap<Kind, Effect>;
  /** Why connections ended, and how often. */
  readonly losses: ReadonlyMap<string, number>;
  readonly talk: Talked;
}

/** What was asked and answered, in numbers. */
export interface Talked {
  readonly asked: number;
  readonly answers: number;
  /** Those that were given without a connection; those that were accepted, and among these those that were given without one. */
  readonly offline: number;
  readonly accepted: number;
  readonly acceptedOffline: number;
}

/** Milliseconds after which something that should happen is taken never to happen. */
const NEVER = 20_000;

/** Milliseconds after which a run is taken to hang, whatever each of its waits may take. */
const FOREVER = 120_000;

/** Messages of a publication that are on their way at once. */
const PART = 25;

/** Carries a scenario out, and checks everything that was shown. */
export async function runScenario(scenario: Scenario): Promise<Report> {
  const base = process.getActiveResourcesInfo();
  const complaints: string[] = [];
  const { error: complain } = console;
  // A client tells its mistakes there; those that are made on purpose are left out.
  console.error = (...what: unknown[]) => {
    const text = what.map(String).join(' ');
    if (!text.includes(THROWN)) complaints.push(text);
  };
  const world = new World(scenario);
  let stage = 'it begins';
  let late: NodeJS.Timeout | undefined;
  const hangs = new Promise<never>((_, reject) => {
    late = setTimeout(() => reject(new Error(`it hangs while ${stage}`)), FOREVER).unref();
  });
  const run = async () => {
    await world.open();
    for (const [i, round] of scenario.rounds.entries()) {
      stage = `round ${i + 1} lasts`;
      await world.round(round);
    }
    stage = 'the last questions are answered';
    await world.answerAll();
    stage = 'everybody catches up';
    await world.settle();
    stage = 'everybody leaves';
    await world.leave();
  };
  try {
    await Promise.race([run(), hangs]);
    const left = await whatIsLeft(base);
    return world.report([...complaints, ...left]);
  } catch (error) {
    await world.abandon();
    return world.report([error instanceof Error ? (error.stack ?? error.message) : String(error), ...complaints]);
  } finally {
    clearTimeout(late);
    console.error = complain;
    world.clean();
  }
}

/** A server, some pages, the networks between them, and somebody who publishes. */
export class World implements Server {
  readonly #scenario: Scenario;
  readonly #folder = mkdtempSync(join(tmpdir(), 'status-messenger-chaos-'));
  readonly #journals: Array<() => readonly Entry[]> = [];
  readonly #viewers: Viewer[] = [];
  readonly #effects = new Map<Kind, Effect>();
  readonly #wrongs: string[] = [];
  readonly #publications = new Set<Promise<void>>();
  #host: Promise<Host>;
  /** Where those who connect are sent. */
  port = 0;
  /** How many messages were published. */
  #said = 0;
  /** How many questions were asked, and those whose asker was not told yet how they ended. */
  #asked = 0;
  readonly #pending = new Map<number, Asking>();
  /** The round that goes on, and how pages had come back before it. */
  #round: (Omit<Effect, 'struck'> & { readonly fault: Kind }) | undefined;
  readonly #large = new Map<number, number>();
  #setBy = 0;
  #ages = false;
  /** How many servers began with an empty log. */
  #beginnings = 0;

  constructor(scenario: Scenario) {
    this.#scenario = scenario;
    this.#host = this.#startHost();
  }

  async open(): Promise<void> {
    await this.#host;
    for (let i = 0; i < this.#scenario.viewers; i++) await this.addViewer();
    if (this.#scenario.begins === 'calmly') await this.settle();
  }

  get head(): string | undefined {
    // What another process has stored is not known before it is read.
    return this.#scenario.process ? undefined : this.#head();
  }

  async addViewer(): Promise<void> {
    const index = this.#viewers.length;
    const transport = this.#scenario.streams.includes(index) ? 'sse' : 'websocket';
    this.#viewers.push(await Viewer.open(`p${index}`, this, transport, this.#scenario.seed + index));
  }

  /** A page beside this one. */
  other(viewer: Viewer): Viewer {
    return this.#viewers.find((each) => each !== viewer) ?? viewer;
  }

  async round(round: Round): Promise<void> {
    const viewer = this.#viewers[round.viewer];
    if (!viewer) throw new Error(`a round for page ${round.viewer}, which there is not`);
    this.#endRound();
    this.#round = { fault: round.fault, ...this.#fates() };
    await this.#publish({ count: round.before });
    await this.#ask(round.questions);
    const strike = await FAULTS[round.fault](this, viewer, round);
    const usual = { count: round.during };
    const published = this.#publish(strike.publishes ?? usual);
    for (let i = 0; i < round.inputs; i++) this.#viewers[i % this.#viewers.length]?.send();
    this.#answer(round.answers, 'during');
    await Promise.all([published, strike.meanwhile?.()]);
    this.#effect(round.fault).struck += await strike.heal();
    this.#answer(round.answers, 'after');
    if (round.settles) await this.settle();
  }

  /** Resolves once every page shows everything that was said, and has an answer to everything that it sent. */
  async settle(): Promise<void> {
    await Promise.all(this.#publications);
    await this.until('every input is answered', () => this.#viewers.every(({ waits }) => !waits));
    // What the last server says last: every page has to come to it, whichever log it stood in before.
    await this.#publish({ count: 1 });
    await this.until('every page is live at the head of the log', () => {
      const clients = this.#viewers.map(({ page }) => page.client);
      const [first] = clients;
      const agree = clients.every(
        ({ connection, position }) => connection.status === 'live' && position === first?.position,
      );
      return agree && first?.position === this.#head();
    });
  }

  /** Two pages answer whatever is open. Resolves once every question has ended, and whoever asked was told. */
  async answerAll(): Promise<void> {
    const two = this.#viewers.slice(0, 2);
    const hasEnded = () => {
      for (const viewer of two) viewer.answerOpen();
      return this.#pending.size === 0 && two.every(({ questions }) => questions[0]?.status !== 'open');
    };
    const waits = () => `whoever asked waits for ${[...this.#pending.keys()].join(', ') || 'nothing'}`;
    await this.until('every question has ended', hasEnded, waits);
  }

  /** Everybody goes, the server last; nothing may stay behind. */
  async leave(): Promise<void> {
    this.#endRound();
    for (const { page } of this.#viewers) page.client.close();
    const host = await this.#host;
    await this.#nobody('the server knows that everybody has left', () => host.viewers());
    for (const viewer of this.#viewers) {
      await viewer.close();
      if (viewer.clock.waiting > 0) this.#wrongs.push(`${viewer.clock.waiting} timers of a closed page wait`);
    }
    // Those that went silent before they said whom they are for end with their network.
    await this.#nobody('every socket is closed', () => host.connections());
    await this.#close(host);
  }

  /** The last position that the last server wrote down. */
  #head(): string | undefined {
    const journal = this.#journals.at(-1)?.() ?? [];
    const last = journal.flatMap((entry) => ('frame' in entry ? [entry.frame] : [])).at(-1);
    return last === undefined ? undefined : readMessage(JSON.parse(last))?.id;
  }

  /** Lets go of everything after a failure. */
  async abandon(): Promise<void> {
    await Promise.race([Promise.all(this.#viewers.map((viewer) => viewer.close())), sleep(NEVER / 4)]);
    const host = await this.#host.catch(() => undefined);
    if (host instanceof ChildHost) await host.kill();
    // What cannot be closed is the failure, perhaps.
    else await Promise.race([host?.close(), sleep(NEVER / 4)]);
  }

  clean(): void {
    rmSync(this.#folder, { recursive: true, force: true });
  }

  report(wrongs: readonly string[]): Report {
    const { tail, store, rounds } = this.#scenario;
    const journals = this.#journals.map((read) => read());
    const oracle = new Oracle(journals);
    for (const journal of journals) oracle.checkSaid(journal, (i) => this.#messageNumber(i));
    // An eighth goes at a time.
    const rules = { keepsCount: (tail * 7) / 8 - 1, keepsBytes: (LIMITS.tailBytes * 7) / 8, ages: this.#ages };
    for (const { pages, name } of this.#viewers) {
      for (const [i, page] of pages.entries()) oracle.check(i === 0 ? name : `${name} (load ${i + 1})`, page, rules);
    }
    if (oracle.epochs > this.#beginnings) {
      oracle.wrongs.push(`there were ${oracle.epochs} logs, of which ${this.#beginnings} had a reason to begin`);
    }
    const durable = store === 'sqlite';
    const killed = rounds.some(({ fault }) => fault === 'kill');
    const sent = this.#viewers.flatMap((viewer) => viewer.sent);
    for (const { input, acks, error } of sent) {
      if (error) oracle.wrongs.push(`input ${input} failed: ${String(error)}`);
      for (const { accepted, reason } of acks) {
        const isInterrupted = durable && killed && reason === 'interrupted';
        if (!accepted && !isInterrupted) oracle.wrongs.push(`input ${input} was refused: ${reason}`);
      }
    }
    const inputs = sent.map(({ input, acks, orphaned }) => ({
      input,
      // Nobody heard what became of one whose page was reloaded; only a killed server may not have carried it out.
      isAcknowledged: acks.some(({ accepted }) => accepted) || (orphaned === true && !killed),
    }));
    const answers = this.#viewers.flatMap((viewer) => viewer.answers);
    for (const { value, error } of answers) {
      if (error) oracle.wrongs.push(`answer ${value} failed: ${String(error)}`);
    }
    const pages = this.#viewers.map(({ name, page }) => ({ name, state: page.client.state }));
    const talk = { logs: oracle.logs, journals, answers, pages, durable };
    const losses = new Map<string, number>();
    for (const { fate } of this.#viewers) {
      for (const [reason, count] of fate.losses) losses.set(reason, (losses.get(reason) ?? 0) + count);
    }
    return {
      wrongs: [
        ...wrongs,
        ...this.#wrongs,
        ...oracle.wrongs,
        ...checkInputs(inputs, journals, oracle.ofType('carried'), durable),
        ...checkQuestions(talk),
      ],
      effects: this.#effects,
      losses,
      talk: {
        asked: this.#asked,
        answers: answers.length,
        offline: answers.filter(({ offline }) => offline).length,
        accepted: answers.filter(isAccepted).length,
        acceptedOffline: answers.filter((answer) => answer.offline && isAccepted(answer)).length,
      },
    };
  }

  /** Resolves once something holds that no event tells of. */
  async until(what: string, holds: () => boolean | Promise<boolean>, more: () => string = () => ''): Promise<void> {
    const end = performance.now() + NEVER;
    while (!(await holds())) {
      if (performance.now() > end) {
        const pages = this.#viewers.map((viewer) => viewer.describe());
        throw new Error(`waited in vain until ${what}\n${[...pages, more()].join('\n')}`);
      }
      await sleep(2);
    }
  }

  pause(ms: number): Promise<void> {
    return sleep(ms);
  }

  async setServerClock(by: number): Promise<void> {
    this.#setBy += by;
    if (by > 0) this.#ages = true;
    await (await this.#host).setClock(by);
  }

  /** The server is closed as it should be, and then another one begins. */
  async restart(): Promise<void> {
    const before = this.#host;
    this.#host = before.then(async (host) => {
      await Promise.all(this.#publications);
      await this.#close(host);
      return this.#startHost();
    });
    this.#takeUp(await this.#host);
  }

  /** The server's process is killed, and then another one begins. */
  async killServer(): Promise<void> {
    const host = await this.#host;
    if (!(host instanceof ChildHost)) throw new Error('a server that is not a process of its own');
    this.#host = host.kill().then(() => this.#startHost());
    this.#takeUp(await this.#host);
  }

  /** Another server begins beside the one that there is, which is then closed. */
  async roll(): Promise<void> {
    const before = await this.#host;
    const isOver = [...this.#publications];
    this.#host = this.#startHost();
    const after = await this.#host;
    // Both ask the same then.
    this.#takeUp(after);
    await Promise.all([...isOver, this.#publish({ count: 10 })]);
    // Both speak at once: the file decides whose message is first.
    await Promise.all([this.#publishAt(before, { count: 10 }), this.#publishAt(after, { count: 10 })]);
    await this.#close(before);
  }

  #effect(fault: Kind): Effect {
    const effect = this.#effects.get(fault) ?? { struck: 0, resumes: 0, snapshots: 0 };
    this.#effects.set(fault, effect);
    return effect;
  }

  /** What came back since a round began came back from its fault, as far as anyone can tell. */
  #endRound(): void {
    if (!this.#round) return;
    const effect = this.#effect(this.#round.fault);
    const { resumes, snapshots } = this.#fates();
    effect.resumes += resumes - this.#round.resumes;
    effect.snapshots += snapshots - this.#round.snapshots;
    this.#round = undefined;
  }

  #fates(): Omit<Effect, 'struck'> {
    const sum = (key: 'resumes' | 'snapshots') => this.#viewers.reduce((total, { fate }) => total + fate[key], 0);
    return { resumes: sum('resumes'), snapshots: sum('snapshots') };
  }

  /** Asks, and waits until every page that is live knows the questions: or what is answered next would be something else. */
  async #ask(questions: Round['questions']): Promise<void> {
    const host = await this.#host;
    const numbers = questions.map((question) => {
      const number = this.#asked++;
      this.#askAt(host, { ...question, number });
      return number;
    });
    await this.until('every live page knows what was asked', () => {
      const isOver = numbers.every((number) => !this.#pending.has(number));
      return (
        isOver || this.#viewers.every((viewer) => !viewer.isLive || numbers.every((number) => viewer.knows(number)))
      );
    });
  }

  #askAt(host: Host, question: Asking): void {
    const { number, keyed } = question;
    this.#pending.set(number, question);
    host.ask(question).then(
      ({ outcome }) => {
        // Another server takes up what has a key.
        if (outcome !== 'interrupted' || !keyed) this.#pending.delete(number);
      },
      (error: unknown) => {
        if (!(error instanceof ProcessGone)) this.#wrongs.push(`question ${number} failed: ${String(error)}`);
        if (!(error instanceof ProcessGone) || !keyed) this.#pending.delete(number);
      },
    );
  }

  /** What the servers before have asked, and were not told the end of, is asked again. */
  #takeUp(host: Host): void {
    for (const question of this.#pending.values()) if (question.keyed) this.#askAt(host, question);
  }

  #answer(answers: readonly Answering[], now: Answering['when']): void {
    for (const { viewer, when, which, declines } of answers) {
      if (when === now) this.#viewers[viewer]?.answer(which, declines);
    }
  }

  /** Publishes by the server that there is then, a part at a time; a burst of thousands at once. */
  async #publish({ count, bytes }: { readonly count: number; readonly bytes?: number }): Promise<void> {
    const part = count >= 1000 ? count : PART;
    for (let left = count; left > 0; left -= part) {
      const host = await this.#host;
      await this.#publishAt(host, { count: Math.min(part, left), ...(bytes === undefined ? {} : { bytes }) });
    }
  }

  async #publishAt(host: Host, { count, bytes }: { readonly count: number; readonly bytes?: number }): Promise<void> {
    const from = this.#said;
    this.#said += count;
    if (bytes !== undefined) for (let i = from; i < this.#said; i++) this.#large.set(i, bytes);
    const publication: Publication = { from, count, burst: count >= 1000, ...(bytes === undefined ? {} : { bytes }) };
    const published = host.publish(publication).catch((error: unknown) => {
      // Nobody was told that these were accepted.
      if (!(error instanceof ProcessGone)) throw error;
    });
    this.#publications.add(published);
    await published;
    this.#publications.delete(published);
  }

  #messageNumber(i: number): ReturnType<typeof messageNumber> {
    const bytes = this.#large.get(i);
    return bytes === undefined ? messageNumber(i) : largeMessage(i, bytes);
  }

  async #startHost(): Promise<Host> {
    const { seed, tail, store, process: isProcess } = this.#scenario;
    const number = this.#journals.length;
    const isDurable = store === 'sqlite';
    const options: HostOptions = {
      seed: seed + number,
      tail,
      setBy: this.#setBy,
      ...(isDurable ? { file: join(this.#folder, 'status.db') } : {}),
    };
    if (!isDurable || number === 0) this.#beginnings++;
    let host: Host;
    if (isProcess) {
      const file = join(this.#folder, `journal-${number}`);
      // A process may be killed before it has done anything.
      writeFileSync(file, '');
      this.#journals.push(() => readJournal(file));
      host = await ChildHost.start(options, file);
    } else {
      const entries: Entry[] = [];
      this.#journals.push(() => entries);
      host = await startHost(options, (entry) => entries.push(entry));
    }
    this.port = host.port;
    return host;
  }

  async #nobody(what: string, count: () => Promise<number>): Promise<void> {
    let left = 0;
    const isZero = async () => {
      left = await count();
      return left === 0;
    };
    await this.until(what, isZero, () => `${left} are left`);
  }

  async #close(host: Host): Promise<void> {
    const left = await host.close();
    if (left > 0) this.#wrongs.push(`${left} timers and sockets of a closed server are left`);
  }
}

function isAccepted({ acks }: Answer): boolean {
  return acks[0]?.accepted === true;
}

/** What keeps the process busy that did not before. */
async function whatIsLeft(base: readonly string[]): Promise<string[]> {
  let left: string[] = [];
  for (const end = performance.now() + NEVER / 4; performance.now() < end; await sleep(5)) {
    left = process.getActiveResourcesInfo();
    for (const name of base) {
      const place = left.indexOf(name);
      if (place >= 0) left.splice(place, 1);
    }
    if (left.length === 0) return [];
  }
  return [`left behind: ${left.join(', ')}`];
}
