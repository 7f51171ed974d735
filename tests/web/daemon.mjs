// A running daemon on the simulated chip, in a folder of its own.

import {execFile, execFileSync, spawn} from 'node:child_process';
import {createServer} from 'node:net';
import {mkdtempSync, openSync, readFileSync, rmSync, writeFileSync} from 'node:fs';
import {tmpdir} from 'node:os';
import {join} from 'node:path';
import {promisify} from 'node:util';

export const program = join(process.env.SNAPCRON_BIN ?? 'build/release', 'snapcron');
const run = promisify(execFile);

export function freePort() {
  return new Promise((found, failed) => {
    const server = createServer();
    server.on('error', failed);
    server.listen(0, '127.0.0.1', () => {
      const {port} = server.address();
      server.close(() => found(port));
    });
  });
}

/** Looks again and again until `look` gives something, at most `patience` milliseconds. */
export async function until(what, look, patience = 20000) {
  const end = Date.now() + patience;
  for (;;) {
    const seen = await look();
    if (seen) return seen;
    if (Date.now() > end) throw new Error(`did not come: ${what}`);
    await new Promise(later => setTimeout(later, 25));
  }
}

export class Daemon {
  /** In `config`, @PORT@ is filled in. `users`: name to {password, viewer}. */
  static async start(config, {users, before} = {}) {
    const daemon = new Daemon();
    daemon.folder = mkdtempSync(join(tmpdir(), 'snapcron-web-'));
    daemon.port = await freePort();
    daemon.url = `http://127.0.0.1:${daemon.port}`;
    daemon.config = join(daemon.folder, 'snapcron.yaml');
    daemon.text = config.replaceAll('@PORT@', daemon.port);
    writeFileSync(daemon.config, daemon.text);
    if (users) {
      const lines = Object.entries(users).map(([name, {password, viewer}]) =>
        execFileSync(program, ['passwd', name], {input: `${password}\n`}).toString().trim().split('\n').at(-1) + (viewer ? ':viewer' : ''));
      writeFileSync(join(daemon.folder, 'users'), `${lines.join('\n')}\n`, {mode: 0o600});
    }
    if (before) await before(daemon);
    await daemon.up();
    return daemon;
  }

  async up() {
    const log = openSync(join(this.folder, 'log'), 'a');
    this.process = spawn(program, ['run', '-c', this.config], {stdio: ['ignore', log, log], cwd: '/'});
    this.ended = new Promise(gone => this.process.on('exit', gone));
    await until('the daemon answers', async () => {
      if (this.process.exitCode !== null) throw new Error(`the daemon ended:\n${this.log()}`);
      return fetch(`${this.url}/healthz`).then(reply => reply.ok, () => false);
    });
  }

  async down() {
    this.process.kill('SIGTERM');
    await this.ended;
  }

  async close() {
    await this.down();
    rmSync(this.folder, {recursive: true, force: true});
  }

  log() {
    return readFileSync(join(this.folder, 'log'), 'utf8');
  }

  /** A `snapcron` command; its output. */
  async do(...words) {
    const {stdout} = await run(program, words, {env: {...process.env, SNAPCRON_CONFIG: this.config}});
    return stdout;
  }

  async status() {
    return JSON.parse(await this.do('status', '--json'));
  }
}
