import { setTimeout as sleep } from 'node:timers/promises';
import type { Cut, Shape, Way } from './proxy.js';
import type { Kind, Round } from './scenario.js';
import type { Viewer } from './viewer.js';
import type { World } from './world.js';

/** What a fault asks for while it lasts, and how it ends. */
export interface Strike {
  /** Published in place of the usual messages. */
  readonly publishes?: { readonly count: number; readonly bytes?: number };
  /** Runs while messages are published. */
  readonly meanwhile?: () => Promise<void>;
  /** Takes the fault back. Answers how often it has struck. */
  heal(): number | Promise<number>;
}

const HOUR = 3_600_000;

const cutOf = (size: number): Cut => (size < 0.5 ? 'fin' : 'rst');

/** Every fault: how it begins. What it needs to be is drawn as `size`. */
export const FAULTS: {
  readonly [K in Kind]: (world: World, viewer: Viewer, round: Round) => Strike | Promise<Strike>;
} = {
  async cut(world, { proxy }, { size }) {
    const struck = proxy.cut(cutOf(size));
    await world.until('a cut connection is gone', () => struck.every(({ isOver }) => isOver));
    return { heal: () => struck.length };
  },

  'cut-mid-frame'(_, { proxy }, { size }) {
    let struck = 0;
    proxy.cutAfter(1 + Math.floor(size * 4000), cutOf((size * 1000) % 1), () => struck++);
    return { heal: () => struck };
  },

  'half-open': (world, viewer) => silence(world, viewer, 'up', 'down'),
  'half-open-down': (world, viewer) => silence(world, viewer, 'down'),
  'half-open-up': (world, viewer) => silence(world, viewer, 'up'),

  delay: (_, viewer, { size }) => shape(viewer, { kind: 'delay', ms: 1 + size * 15 }),
  throttle: (_, viewer, { size }) => shape(viewer, { kind: 'throttle', bytes: 200 + Math.floor(size * 2000) }),
  split: (_, viewer, { size }) => shape(viewer, { kind: 'split', bytes: 1 + Math.floor(size * 30), packets: 100 }),
  coalesce: (_, viewer, { size }) => shape(viewer, { kind: 'coalesce', bytes: 500 + Math.floor(size * 8000) }),

  refuse: (world, viewer) => turnAway(world, viewer, 'refuse'),
  ignore: (world, viewer) => turnAway(world, viewer, 'ignore'),

  stall(world, { proxy }, { size }) {
    const struck = proxy.stall();
    return {
      // More than systems take for a reader that reads nothing.
      publishes: { count: 200, bytes: 32 * 1024 },
      // Some are back before the server gives them up, some are not.
      meanwhile: () => world.pause(size < 0.5 ? size * 400 : 460 + size * 100),
      heal() {
        proxy.release();
        return struck;
      },
    };
  },

  slow(_, viewer, { size }) {
    const bytes = 10_000 + Math.floor(size * 30_000);
    return { ...shape(viewer, { kind: 'throttle', bytes }), publishes: { count: 60, bytes: 32 * 1024 } };
  },

  sleep(world, viewer, { size }) {
    if (size < 0.5) {
      viewer.hide();
      return {
        heal() {
          viewer.wake();
          return 1;
        },
      };
    }
    viewer.clock.sleep();
    viewer.proxy.stall();
    return {
      meanwhile: () => world.pause(size * 300),
      heal() {
        // Some networks have forgotten the connection meanwhile.
        if (size > 0.8) viewer.proxy.silence('up', 'down');
        viewer.proxy.release();
        viewer.clock.wake();
        viewer.wake();
        return 1;
      },
    };
  },

  'client-clock'(_, { clock }, { size }) {
    clock.setBy((size - 0.5) * 96 * HOUR);
    return { heal: () => 1 };
  },

  async 'server-clock'(world, _, { size }) {
    await world.setServerClock((size - 0.5) * 96 * HOUR);
    return { heal: () => 1 };
  },

  throwing(_, viewer) {
    const thrown = viewer.page.throwAlways();
    return { heal: () => thrown() };
  },

  async 'offline-input'(world, viewer) {
    const strike = await turnAway(world, viewer, 'refuse');
    for (let i = 0; i < 3; i++) viewer.send();
    return strike;
  },

  async 'offline-answer'(world, viewer, { size }) {
    const answering = size < 0.6 ? [viewer, world.other(viewer)] : [viewer];
    const strikes = await Promise.all(answering.map((each) => turnAway(world, each, 'refuse')));
    for (const each of answering) each.answer(size, size > 0.95);
    const given = answering.reduce(
      (sum, { answers }) => sum + answers.filter(({ acks }) => acks.length === 0).length,
      0,
    );
    return {
      async heal() {
        for (const { heal } of strikes) await heal();
        return given;
      },
    };
  },

  async late(world) {
    await world.addViewer();
    return { heal: () => 1 };
  },

  async reload(_, viewer, { size }) {
    // What it sent just before is not answered yet; no page goes before what runs in it has come to its end.
    if (size < 0.7) viewer.send();
    if (size > 0.3) viewer.answer(size, false);
    await Promise.resolve();
    viewer.load();
    return { heal: () => 1 };
  },

  burst: () => ({ publishes: { count: 3000 }, heal: () => 1 }),

  async restart(world) {
    await world.restart();
    return { heal: () => 1 };
  },

  kill: (world, _, { size }) => ({
    async meanwhile() {
      await sleep(size * 10);
      await world.killServer();
    },
    heal: () => 1,
  }),

  rolling: (world) => ({
    meanwhile: () => world.roll(),
    heal: () => 1,
  }),
};

/** Milliseconds after which a page that is live is not on a connection that had gone silent before: more than it waits for the heartbeat. */
const MISSED = 3000;

/** The client finds out by itself that its connection is dead, or the server does. */
function silence(world: World, viewer: Viewer, ...ways: Way[]): Strike {
  const { losses } = viewer;
  const struck = viewer.proxy.silence(...ways);
  const since = performance.now();
  return {
    async heal() {
      // The page may have let go of it when it befell it: then nobody misses it.
      const isLetGo = () => viewer.isLive && performance.now() - since > MISSED;
      const isNoticed = () => viewer.losses > losses || struck.every(({ isOver }) => isOver) || isLetGo();
      await world.until('a silent connection is given up', isNoticed);
      return struck.length;
    },
  };
}

function shape({ proxy }: Viewer, weather: Shape): Strike {
  const { shaped } = proxy;
  proxy.shape = weather;
  return {
    heal() {
      proxy.shape = undefined;
      return proxy.shaped - shaped;
    },
  };
}

async function turnAway(world: World, viewer: Viewer, welcome: 'refuse' | 'ignore'): Promise<Strike> {
  const { proxy } = viewer;
  const { unserved } = proxy;
  proxy.welcome = welcome;
  proxy.cut('rst');
  await world.until('a page knocks in vain', () => proxy.unserved > unserved);
  return {
    heal() {
      proxy.welcome = 'serve';
      return proxy.unserved - unserved;
    },
  };
}
