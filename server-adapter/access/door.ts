import type { IncomingHttpHeaders } from 'node:http';
import type { WebSocket } from 'ws';
import { type Clock, CloseCode, clipText, ID_RULE, isId, isRunId } from '../../protocol/index.js';
import type { Upgrade } from '../delivery/upgrades.js';
import { type Log, stackOf } from '../logger.js';
import {
  type Access,
  type AccessRequest,
  type Authorize,
  accessTo,
  type Denial,
  decide,
  isDenial,
} from './authorize.js';
import { addressGroup, clientAddress } from './client-address.js';
import { type AllowedOrigins, isAllowedOrigin } from './origin.js';
import { Quota } from './quota.js';
import { noRoom, refuse } from './refuse.js';

export interface DoorSettings {
  readonly allowedOrigins: AllowedOrigins;
  readonly authorize: Authorize | undefined;
  /** Milliseconds that `authorize` may take. */
  readonly authorizeTimeout: number;
  readonly trustedProxies: number;
  readonly limits: { readonly connectionsPerAddress: number; readonly pendingUpgrades: number };
  readonly clock: Clock;
  readonly random: () => number;
}

/** Called with what a page may have, and what it asked for. */
export type Admitted = (access: Access, request: AccessRequest) => void;

/** Decides who comes in: by origin, by address, and by the application's word. */
export class Door {
  readonly #settings: DoorSettings;
  readonly #log: Log;
  readonly #perAddress: Quota;
  /** How many wait for the application's word. */
  #pending = 0;

  constructor(settings: DoorSettings, log: Log) {
    this.#settings = settings;
    this.#log = log;
    this.#perAddress = new Quota(settings.limits.connectionsPerAddress);
  }

  /** A page has connected, and nothing that it says was checked. It is handed on, or refused. */
  arrived(ws: WebSocket, upgrade: Upgrade, admitted: Admitted): void {
    const { sessionId, headers } = upgrade;
    if (!this.isWelcome(headers)) {
      refuse(ws, { code: CloseCode.forbidden, reason: 'pages of this origin may not connect' });
    } else if (!isId(sessionId) || isRunId(sessionId)) {
      const reason = `session id: expected ${isId(sessionId) ? 'no run (run_…)' : ID_RULE}`;
      refuse(ws, { code: CloseCode.malformed, reason });
    } else {
      const request = this.request(upgrade);
      if (this.#takeAddress(ws, request.address)) this.#admit(ws, request, admitted);
    }
  }

  /** Whether those who send these headers may ask at all: pages of other origins may not, unless they are allowed. */
  isWelcome({ origin, host }: IncomingHttpHeaders): boolean {
    if (isAllowedOrigin(origin, host, this.#settings.allowedOrigins)) return true;
    const page = clipText(origin ?? '', 200);
    const fix = 'add it to allowedOrigins if its pages may connect';
    this.#log.warnOnce(`origin ${page}`, `got a connection from a page of ${page}, expected one of ${host}; ${fix}`);
    return false;
  }

  /** What a request asks for, as `authorize` gets it. Ids that are none are left out. */
  request({ sessionId, query, headers, url, address }: Upgrade): AccessRequest {
    const from = clientAddress(address, String(headers['x-forwarded-for'] ?? ''), this.#settings.trustedProxies);
    const userId = query.get('user');
    const token = query.get('token') ?? /^Bearer (.+)$/i.exec(headers.authorization ?? '')?.[1];
    return {
      sessionId,
      threadIds: query.getAll('thread').filter(isId),
      ...(isId(userId) ? { userId } : {}),
      ...(token === undefined ? {} : { token }),
      headers,
      url,
      ...(from === undefined ? {} : { address: from }),
    };
  }

  /** The application's word on a request; where there is none, access to the session alone. Never throws. */
  async decide(request: AccessRequest): Promise<Access | Denial> {
    const { authorize, authorizeTimeout, clock } = this.#settings;
    if (!authorize) return accessTo(request.sessionId);
    let stop = () => {};
    const late = new Promise<never>((_, reject) => {
      stop = clock.after(authorizeTimeout, () => reject(new Error(`no answer within ${authorizeTimeout} ms`)));
    });
    try {
      return await Promise.race([decide(authorize, request), late]);
    } catch (error) {
      this.#log.error(`authorize failed: ${stackOf(error)}`);
      return { code: CloseCode.trouble, reason: 'the server could not decide' };
    } finally {
      stop();
    }
  }

  #takeAddress(ws: WebSocket, address = 'unknown'): boolean {
    const group = addressGroup(address);
    if (!this.#perAddress.take(group)) {
      this.#full(ws, 'connectionsPerAddress', 'connections of one address');
      return false;
    }
    ws.once('close', () => this.#perAddress.give(group));
    return true;
  }

  #admit(ws: WebSocket, request: AccessRequest, admitted: Admitted): void {
    if (!this.#settings.authorize) {
      admitted(accessTo(request.sessionId), request);
      return;
    }
    if (this.#pending >= this.#settings.limits.pendingUpgrades) {
      this.#full(ws, 'pendingUpgrades', 'connections that wait for authorize');
      return;
    }
    this.#pending++;
    ws.on('error', () => {});
    // Nothing that the page says is heard before it was let in.
    ws.pause();
    void this.decide(request).then((decision) => {
      this.#pending--;
      ws.resume();
      if (isDenial(decision)) refuse(ws, decision);
      else admitted(decision, request);
    });
  }

  #full(ws: WebSocket, limit: keyof DoorSettings['limits'], what: string): void {
    const text = `got more ${what} than limits.${limit} (${this.#settings.limits[limit]}); they are told to come back later`;
    this.#log.warnOnce(`full ${limit}`, text);
    refuse(ws, noRoom(this.#settings.random));
  }
}
