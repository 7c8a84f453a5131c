import type { TestContext } from 'node:test';
import { ManualClock } from '../../../components/testing/index.js';
import type { AccessRequest } from '../../../server-adapter/access/authorize.js';
import type { AttachOptions, Authorize, MessengerOptions } from '../../../server-adapter/index.js';
import { startServer, type TestServer } from '../../helpers/server.js';
import { WireClient } from '../../helpers/wire-client.js';
import { closeWith, timeOf } from '../support.js';

type Answer = Awaited<ReturnType<Authorize>>;

/** What was asked of an application, which a test answers at the moment that it chooses. */
export interface Asked {
  readonly request: AccessRequest;
  answer(answer: Answer): void;
  fail(error: unknown): void;
}

/** The word of an application, in a test's hands. */
export class HandAuthorize {
  readonly #asked: Asked[] = [];
  #wake: () => void = () => {};

  readonly authorize: Authorize = (request) =>
    new Promise((answer, fail) => {
      this.#asked.push({ request, answer, fail });
      this.#wake();
    });

  /** How many ask and have not been taken by `next`. */
  get waiting(): number {
    return this.#asked.length;
  }

  /** The next one that asks. */
  async next(): Promise<Asked> {
    while (true) {
      const asked = this.#asked.shift();
      if (asked) return asked;
      await new Promise<void>((resolve) => {
        this.#wake = resolve;
      });
    }
  }
}

/** A server for one test, closed at its end. */
export async function serve(
  t: TestContext,
  options: MessengerOptions = {},
  attach: AttachOptions = {},
): Promise<TestServer> {
  const server = await startServer(options, attach);
  t.after(server.close);
  return server;
}

/** A server whose time stands until the test moves it, by less than the hour after which it asks for a sign of life. */
export async function serveAt(
  t: TestContext,
  options: MessengerOptions = {},
): Promise<TestServer & { readonly clock: ManualClock }> {
  const clock = new ManualClock();
  const server = await startServer({ clock: timeOf(clock), heartbeat: 3_600_000, ...options });
  t.after(() => closeWith(clock, server));
  return { ...server, clock };
}

/** A page for one test, gone at its end. */
export function open(t: TestContext, url: string, options?: ConstructorParameters<typeof WireClient>[1]): WireClient {
  const page = new WireClient(url, options);
  t.after(() => page.close());
  return page;
}

/** Once all that a page has said was heard, and what was answered has come. */
export async function heard(page: WireClient): Promise<void> {
  const ref = `heard-${page.frames.length}`;
  await page.send({ type: 'ping', ref });
  await page.ack(ref);
}

/** What the greeting says. */
export async function greeting(page: WireClient): Promise<{
  readonly sessionId: string;
  readonly channels: { readonly [name: string]: { readonly position: string; readonly recovered: boolean } };
  readonly expiresAt?: number;
}> {
  return (await page.type('connected')).data as never;
}
