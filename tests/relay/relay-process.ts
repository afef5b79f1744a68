/** Relays as processes of their own, built into one file, to be killed by signals. */
import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { fileURLToPath } from 'node:url';
import { build } from 'vite';
import { relayBuild } from '../../relay/vite.relay.ts';

const PROJECT = fileURLToPath(new URL('../..', import.meta.url));

/** A folder with the built relay and nothing else. */
export class BuiltRelay {
  private readonly folder = mkdtempSync(join(tmpdir(), 'sidecall-relay-'));

  async build(): Promise<void> {
    const options = { ...relayBuild.build, outDir: this.folder };
    await build({ ...relayBuild, build: options, root: PROJECT, configFile: false, logLevel: 'silent' });
  }

  /** Starts one. Resolves once it listens and, if it is one of several, has reached NATS. */
  async start(env: Record<string, string>): Promise<RelayProcess> {
    const child = spawn(process.execPath, ['relay.js'], {
      cwd: this.folder,
      env: { PATH: process.env['PATH'], PORT: '0', ...env },
      stdio: ['ignore', 'pipe', 'inherit'],
    });
    const lines = createInterface({ input: child.stdout });
    let url = '';
    let isJoined = env['NATS_URL'] === undefined;
    for await (const line of lines) {
      const entry = JSON.parse(line) as { url?: string; nats?: string };
      url = entry.url ?? url;
      isJoined ||= entry.nats === 'up';
      if (url !== '' && isJoined) break;
    }
    child.stdout.resume();
    return new RelayProcess(child, url);
  }

  remove(): void {
    rmSync(this.folder, { recursive: true, force: true });
  }
}

export class RelayProcess {
  constructor(
    private readonly child: ChildProcess,
    readonly url: string,
  ) {}

  get pid(): number {
    return this.child.pid ?? 0;
  }

  get isAlive(): boolean {
    return this.child.exitCode === null && this.child.signalCode === null;
  }

  async kill(signal: NodeJS.Signals = 'SIGKILL'): Promise<void> {
    if (!this.isAlive) return;
    const exit = once(this.child, 'exit');
    this.child.kill(signal);
    await exit;
  }
}
