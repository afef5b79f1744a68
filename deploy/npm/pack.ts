/** Packs the built relay for npm: dist/npm with one file to run and nothing to install, and the .tgz of it in dist. */
import { execFileSync } from 'node:child_process';
import { copyFileSync, mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { argv } from 'node:process';
import { fileURLToPath } from 'node:url';
import { NOTICES } from '../../relay/notices.ts';

const ROOT = fileURLToPath(new URL('../../', import.meta.url));

interface OwnPackage {
  version: string;
  license: string;
  engines: Record<string, string>;
}

/**
 * @param relay path of the built relay, with the licences of what is in it beside it. @param into an existing folder, for the package and its archive.
 * @returns path of the archive. @throws if npm cannot pack it.
 */
export function packRelay(relay: string, into: string): string {
  const own = JSON.parse(readFileSync(join(ROOT, 'package.json'), 'utf8')) as OwnPackage;
  const folder = join(into, 'npm');
  rmSync(folder, { recursive: true, force: true });
  mkdirSync(folder);
  copyFileSync(relay, join(folder, 'relay.js'));
  copyFileSync(join(dirname(relay), NOTICES), join(folder, NOTICES));
  copyFileSync(join(ROOT, 'LICENSE'), join(folder, 'LICENSE'));
  copyFileSync(join(ROOT, 'docs/relay.md'), join(folder, 'relay.md'));
  copyFileSync(join(ROOT, 'deploy/npm/README.md'), join(folder, 'README.md'));
  const manifest = {
    name: 'sidecall-relay',
    version: own.version,
    description: 'The relay of Sidecall: introduces people to each other by forwarding sealed mail.',
    license: own.license,
    type: 'module',
    bin: { 'sidecall-relay': 'relay.js' },
    files: ['relay.js', 'relay.md', NOTICES],
    engines: own.engines,
  };
  writeFileSync(join(folder, 'package.json'), `${JSON.stringify(manifest, null, 2)}\n`);
  const said = execFileSync('npm', ['pack', '--json', '--pack-destination', into], { cwd: folder });
  const packed = JSON.parse(said.toString()) as { filename: string }[] | Record<string, { filename: string }>;
  const filename = Object.values(packed)[0]?.filename;
  if (filename === undefined) throw new Error('npm packed nothing');
  return join(into, filename);
}

if (argv[1] === fileURLToPath(import.meta.url)) {
  process.stdout.write(`${packRelay(join(ROOT, 'dist/relay.js'), join(ROOT, 'dist'))}\n`);
}
