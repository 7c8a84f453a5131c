import type { Ack } from '../../protocol/index.js';

/** What a page's frame came to. */
export type Verdict = Omit<Ack, 'ref'>;
