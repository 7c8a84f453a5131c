import type { TestContext } from 'node:test';
import { isObject } from '../../../protocol/index.js';
import type { TestServer } from '../../helpers/server.js';
import type { PostAnswer } from '../../helpers/sse-wire.js';
import type { WireClient } from '../../helpers/wire-client.js';
import { open } from '../access/support.js';

export const KiB = 1024;
/** A high-water mark that little is needed to reach. */
export const MARK = 16 * KiB;
/** So many pieces are more than the system takes for a reader that does not read. */
export const FLOOD = 400;

export const status = (data: string) => ({ type: 'status', data });
export const piece = (i: number) => ({ type: 'own', data: { i, fill: 'x'.repeat(64 * KiB) } });

/** What a page was told: the text of a status, and the type of anything else. */
export const said = ({ frames }: WireClient) => frames.map(({ type, data }) => (type === 'status' ? data : type));
export const statusesOf = (page: WireClient) =>
  page.frames.filter(({ type }) => type === 'status').map(({ data }) => data);
/** The numbers of the pieces that a page was told. */
export const numbers = ({ frames }: WireClient) =>
  frames.filter(({ type }) => type === 'own').map(({ data }) => (isObject(data) ? data.i : undefined));
/** What a browser would send back as `Last-Event-ID`. */
export const lastId = (page: WireClient) => page.sse.events.filter(({ id }) => id !== undefined).at(-1)?.id ?? '';
/** What the server knows a stream by. */
export const streamId = (page: WireClient): string => JSON.parse(page.sse.events[0]?.data ?? '').stream;

/** A page on a stream, gone at the end of its test. */
export function stream(
  t: TestContext,
  server: TestServer,
  path = 's',
  headers: Record<string, string> = {},
): WireClient {
  return open(t, `${server.http}/sse/${path}`, { headers });
}

export async function post(url: string, body: unknown, headers: Record<string, string> = {}): Promise<PostAnswer> {
  const init = { method: 'POST', headers, body: typeof body === 'string' ? body : JSON.stringify(body) };
  const response = await fetch(url, init);
  return { status: response.status, body: await response.json() };
}

export async function errorOf(response: Response): Promise<unknown> {
  const body: unknown = await response.json();
  return isObject(body) ? body.error : undefined;
}
