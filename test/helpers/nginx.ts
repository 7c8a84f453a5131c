import { type ChildProcess, spawn, spawnSync } from 'node:child_process';
import { once } from 'node:events';
import { existsSync, mkdtempSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { connect } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

const INSTALLED = ['/usr/sbin/nginx', '/usr/local/bin/nginx', '/opt/homebrew/bin/nginx'];
const WORD =
  'nginx is not on this machine and could not be fetched (Debian: apt-get install nginx); what stands behind it is tested without it';

/** nginx, for one test file: that of this machine, or else the one of Debian's package, which is unpacked and not installed, as that would start a server. */
export class Nginx {
  readonly #folder = mkdtempSync(join(tmpdir(), 'status-messenger-nginx-'));
  readonly #running: ChildProcess[] = [];
  readonly #program: string | undefined;
  /** Why there is none; `false` where there is. */
  readonly missing: string | false;

  constructor() {
    this.#program = INSTALLED.find(existsSync) ?? this.#fetch();
    this.missing = this.#program === undefined && WORD;
    if (this.missing && process.env.CI) throw new Error(`${WORD}; with CI set, it is required`);
    if (this.missing) console.warn(this.missing);
  }

  /** Runs it with the blocks of an `http` block, and resolves once it listens at `port`. */
  async start(blocks: string, port: number): Promise<void> {
    const temporary = ['client_body', 'proxy', 'fastcgi', 'uwsgi', 'scgi'].map((kind) => `${kind}_temp_path ${kind};`);
    const file = join(this.#folder, `${port}.conf`);
    const main = `daemon off; master_process off; pid ${port}.pid; error_log stderr error; events {}`;
    writeFileSync(file, `${main}\nhttp {\naccess_log off; ${temporary.join(' ')}\n${blocks}\n}\n`);
    const child = spawn(this.#program ?? '', ['-p', this.#folder, '-c', file, '-e', 'stderr'], { stdio: 'pipe' });
    this.#running.push(child);
    let said = '';
    child.stderr.on('data', (text) => {
      said += text;
    });
    while (!(await answers(port))) {
      if (child.exitCode !== null) throw new Error(`nginx has ended: ${said}`);
    }
  }

  async close(): Promise<void> {
    for (const child of this.#running) {
      const exit = child.exitCode === null && once(child, 'exit');
      child.kill('SIGKILL');
      await exit;
    }
    rmSync(this.#folder, { recursive: true, force: true });
  }

  #fetch(): string | undefined {
    if (spawnSync('apt-get', ['--version']).status !== 0) return undefined;
    const download = () => spawnSync('apt-get', ['download', '-qq', 'nginx'], { cwd: this.#folder }).status === 0;
    const sudo = process.getuid?.() === 0 ? [] : ['sudo', '-n'];
    const [file = '', ...args] = [...sudo, 'apt-get', 'update', '-qq'];
    if (!download() && (spawnSync(file, args).status !== 0 || !download())) return undefined;
    const archive = readdirSync(this.#folder).find((name) => name.endsWith('.deb'));
    if (!archive || spawnSync('dpkg-deb', ['-x', archive, '.'], { cwd: this.#folder }).status !== 0) return undefined;
    const program = join(this.#folder, 'usr/sbin/nginx');
    return spawnSync(program, ['-v']).status === 0 ? program : undefined;
  }
}

async function answers(port: number): Promise<boolean> {
  const socket = connect(port, '127.0.0.1');
  const [event] = await Promise.race([
    once(socket, 'connect').then(() => ['connect']),
    once(socket, 'close').then(() => ['close']),
  ]).catch(() => ['error']);
  socket.destroy();
  return event === 'connect';
}
