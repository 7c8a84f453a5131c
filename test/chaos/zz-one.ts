import { describeScenario, drawScenario, type Kind } from './scenario.js';
import { runScenario } from './world.js';

const [, , seed = '1', n = '1', only, verbose] = process.argv;
for (let s = +seed; s < +seed + +n; s++) {
  let sc = drawScenario(s, (only || undefined) as Kind | undefined);
  if (process.env.MEM && sc.store === 'sqlite') {
    if (sc.rounds.some((r) => r.fault === 'rolling')) continue;
    sc = { ...sc, store: 'memory' };
  }
  const t = performance.now();
  const r = await runScenario(sc);
  console.log(
    s,
    Math.round(performance.now() - t),
    'ms',
    sc.store,
    sc.rounds.map((r) => r.fault).join(' '),
    JSON.stringify([...r.effects]),
    verbose ? JSON.stringify([...r.losses]) : '',
  );
  if (r.wrongs.length) {
    console.log(describeScenario(sc));
    for (const w of r.wrongs.slice(0, 6)) console.log('   WRONG', w.slice(0, 1500));
  }
}

import { writeFileSync } from 'node:fs';
import { trace } from './zz-dbg.js';

writeFileSync('/tmp/trace.' + process.pid + '.txt', trace.join('\n'));
