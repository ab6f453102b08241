// FoveaDaemon starts the real binary on a free port with a data directory of its own, and stops it.
//
// FOVEA_BINARY names the binary. Every wait has a deadline, and says on failure what the daemon printed.
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';

const START_MS = 60_000;
const INDEX_MS = 180_000;
const STOP_MS = 15_000;
const POLL_MS = 100;

const binary = process.env.FOVEA_BINARY;
if (!binary) throw new Error('set FOVEA_BINARY to the built binary, or run tests/web/run');

/** What is set for the tests, or for whoever runs them, is no setting of the daemon's. */
export function environment(data) {
  const kept = Object.entries(process.env).filter(([name]) => !name.startsWith('FOVEA_'));
  return { ...Object.fromEntries(kept), XDG_CONFIG_HOME: data, XDG_DATA_HOME: data };
}

const pause = (ms) => new Promise((resolve) => setTimeout(resolve, ms));

export async function until(what, deadlineMs, probe) {
  const end = Date.now() + deadlineMs;
  let last;
  while (Date.now() < end) {
    last = await probe();
    if (last) return last;
    await pause(POLL_MS);
  }
  throw new Error(`not within ${deadlineMs} ms: ${what}`);
}

export class FoveaDaemon {
  /** `roots`: folders to serve; none makes an empty library. */
  static async start(roots, { listen = '127.0.0.1:0', data } = {}) {
    const daemon = new FoveaDaemon();
    daemon.data = data ?? (await mkdtemp(path.join(tmpdir(), 'fovea-web-test-')));
    daemon.ownsData = !data;
    daemon.printed = '';
    daemon.process = spawn(binary, ['serve', ...roots, '--data', daemon.data, '--listen', listen], {
      env: environment(daemon.data),
      stdio: ['ignore', 'pipe', 'pipe'],
    });
    for (const stream of [daemon.process.stdout, daemon.process.stderr]) stream.on('data', (chunk) => (daemon.printed += chunk));
    daemon.exited = once(daemon.process, 'exit');
    await daemon.expect('the address', START_MS, () => {
      daemon.url = /^fovea: (http:\/\/\S+?)\/?$/m.exec(daemon.printed)?.[1];
      return daemon.url;
    });
    await daemon.expect('readiness', START_MS, async () => (await daemon.get('/readyz')).ok);
    return daemon;
  }

  async expect(what, deadlineMs, probe) {
    try {
      return await until(what, deadlineMs, () => {
        if (this.process.exitCode !== null) throw new Error(`the daemon ended with ${this.process.exitCode} before ${what}`);
        return probe();
      });
    } catch (cause) {
      throw new Error(`${cause.message}\nthe daemon printed:\n${this.printed.slice(-4000)}`, { cause });
    }
  }

  async get(address) {
    return fetch(this.url + address);
  }

  async json(address) {
    const response = await this.get(address);
    if (!response.ok) throw new Error(`${address}: ${response.status} ${await response.text()}`);
    return response.json();
  }

  async post(address, body) {
    const response = await fetch(this.url + address, { method: 'POST', headers: { 'Content-Type': 'application/json' }, body: JSON.stringify(body) });
    const text = await response.text();
    if (!response.ok) throw new Error(`${address}: ${response.status} ${text}`);
    return text ? JSON.parse(text) : {};
  }

  /** Waits until at least `photos` photos are there and nothing is under way. */
  async indexed(photos) {
    return this.expect(`${photos} photos`, INDEX_MS, async () => {
      const status = await this.json('/v1/status');
      const { jobs } = await this.json('/v1/jobs');
      const idle = status.pending === 0 && !jobs.some((job) => job.state === 'running' || job.state === 'queued');
      return idle && status.photos >= photos ? status : null;
    });
  }

  /** Ends the process and keeps the data directory. */
  async kill(signal = 'SIGTERM') {
    if (this.process.exitCode === null && this.process.signalCode === null) this.process.kill(signal);
    const hard = setTimeout(() => this.process.kill('SIGKILL'), STOP_MS);
    await this.exited;
    clearTimeout(hard);
  }

  async stop() {
    await this.kill();
    if (this.ownsData) await rm(this.data, { recursive: true, force: true });
  }
}
