import { fork } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import { WebSocket } from 'ws';
const BYTES=+(process.argv[2]??32768), STALL=process.argv[3]!=='nostall', AHEAD=+(process.argv[4]??8);
const child = fork(fileURLToPath(new URL('stalled-process.ts', import.meta.url)), { execArgv: [...process.execArgv, '--expose-gc', '--max-semi-space-size=1'] });
const ans = () => new Promise<any>((r) => child.once('message', r));
const { port } = await ans();
const url = `ws://127.0.0.1:${port}/ws/stalled`;
let seq = 0;
const h = new WebSocket(url); h.on('message', (d) => { const s = String(d); if (s.startsWith('{"type":"of')) { seq++; child.send({ arrived: seq }); } });
const s = new WebSocket(url); await new Promise((r) => s.once('open', r)); await new Promise((r) => setTimeout(r, 200));
if (STALL) s.pause(); 
let at = 0;
for (let i = 0; i < 12; i++) {
  const to = at + Math.ceil(25e6 / BYTES);
  let a = ans(); child.send({ do: 'publish', from: at, to, bytes: BYTES, ahead: AHEAD }); await a; at = to;
  while (seq < at) await new Promise((r) => setTimeout(r, 1));
  a = ans(); child.send({ do: 'measure' }); const m = await a; console.log(i, (m.rss / 1048576).toFixed(1), JSON.stringify(m.mem ?? ''));
}
process.exit();
