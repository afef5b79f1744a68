/** The relay as a package of npm: packed, installed without a network, run. */
import { execFileSync, spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { fileURLToPath } from 'node:url';
import { build } from 'vite';
import { expect, onTestFinished, test } from 'vitest';
import { packRelay } from '../../deploy/npm/pack.ts';
import { relayBuild } from '../../relay/vite.relay.ts';

const PROJECT = fileURLToPath(new URL('../..', import.meta.url));

function folder(): string {
  const path = mkdtempSync(join(tmpdir(), 'sidecall-package-'));
  onTestFinished(() => rmSync(path, { recursive: true }));
  return path;
}

test(
  'the packed relay installs where there is no network, and npx runs it',
  { timeout: 60_000 },
  async () => {
    const made = folder();
    const options = { ...relayBuild.build, outDir: made };
    await build({ ...relayBuild, build: options, root: PROJECT, configFile: false, logLevel: 'silent' });
    const archive = packRelay(join(made, 'relay.js'), made);
    const contents = execFileSync('tar', ['-tzf', archive]).toString().trim().split('\n');
    expect(contents.sort()).toEqual(
      ['LICENSE', 'README.md', 'package.json', 'relay-licences.txt', 'relay.js', 'relay.md'].map(
        (name) => `package/${name}`,
      ),
    );
    // Each package whose code is in the one file, with its licence: MIT and Apache 2.0 ask for that.
    const licences = execFileSync('tar', ['-xzOf', archive, 'package/relay-licences.txt']).toString();
    const named = [...licences.matchAll(/^(\S+) [\d.]+ \((.+)\)$/gm)].map(
      ([, name, licence]) => `${name}: ${licence}`,
    );
    expect(named).toEqual(
      expect.arrayContaining([
        'ws: MIT',
        'valibot: MIT',
        'pino: MIT',
        'prom-client: Apache-2.0',
        '@nats-io/nats-core: Apache-2.0',
      ]),
    );
    expect(licences).toContain('Apache License');
    expect(licences).toMatch(/Permission is hereby granted, free of charge/);

    const home = folder();
    writeFileSync(join(home, 'package.json'), '{}');
    const env = {
      PATH: process.env['PATH'],
      HOME: home,
      npm_config_offline: 'true',
      npm_config_cache: join(home, '.npm'),
    };
    execFileSync('npm', ['install', '--no-audit', '--no-fund', archive], { cwd: home, env, stdio: 'ignore' });
    const { dependencies } = JSON.parse(
      readFileSync(join(home, 'node_modules/sidecall-relay/package.json'), 'utf8'),
    ) as { dependencies?: object };
    expect(dependencies).toBeUndefined();

    // A group of its own, so that npx takes the relay along when it ends.
    const npx = spawn('npx', ['--no-install', 'sidecall-relay'], {
      cwd: home,
      env: { ...env, PORT: '0' },
      detached: true,
      stdio: ['ignore', 'pipe', 'inherit'],
    });
    const exit = once(npx, 'exit');
    try {
      const [line] = (await once(createInterface({ input: npx.stdout }), 'line')) as [string];
      const { url } = JSON.parse(line) as { url: string };
      expect(await (await fetch(`${url}/healthz`)).text()).toBe('ok\n');
      expect(await (await fetch(`${url}/i`)).text()).toContain('would like');
    } finally {
      process.kill(-(npx.pid ?? 0), 'SIGTERM');
    }
    await exit;
  },
);
