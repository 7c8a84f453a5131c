const KiB = 1024;
const MiB = 1024 * KiB;

/** Bounds that both sides hold to, in bytes unless a name says otherwise. */
export const LIMITS = {
  /** A frame from a page. Answers and inputs are short; a server should not have to parse more from a stranger. */
  clientFrame: 64 * KiB,
  /** One stored message as JSON. As much as a snapshot: nothing that is sent is larger. */
  message: 256 * KiB,
  /** Levels of lists and objects in a message's data. No form or result needs so many, and every reader can walk them. */
  depth: 100,
  /** JSON that a page holds while the rest of it has not arrived. Four of the largest messages. */
  partialFrame: MiB,
  /** Items that `state` keeps, and their bytes as JSON. Their sum leaves 16 KiB of a 256 KiB snapshot for the names around them. */
  state: {
    messages: { count: 200, bytes: 64 * KiB, each: 16 * KiB },
    steps: { count: 200, bytes: 40 * KiB },
    questions: { count: 20, bytes: 48 * KiB, each: 16 * KiB },
    results: { count: 50, bytes: 56 * KiB, each: 32 * KiB },
    status: 8 * KiB,
    progress: 4 * KiB,
    summary: 8 * KiB,
    error: 4 * KiB,
    task: 8 * KiB,
  },
  /** A snapshot frame. The bound that the parts of `state` add up to. */
  snapshot: 256 * KiB,
  /** Characters of a `ref`, the id that a page gives to a frame of its own. Room for two UUIDs. */
  refLength: 128,
} as const;
