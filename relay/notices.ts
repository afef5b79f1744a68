/** What the built relay owes to those whose code is in it: their licences, gathered from the modules that were put into it. */
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import type { Plugin } from 'vite';

/** The file beside `relay.js`. */
export const NOTICES = 'relay-licences.txt';
const PACKAGE = /^.*\/node_modules\/(?:@[^/]+\/)?[^/]+(?=\/)/;
const LICENCE_FILE = /^(licen[cs]e|copying|notice)([.-].*)?$/i;

interface Manifest {
  name: string;
  version: string;
  license?: string;
}

/** @param moduleIds paths of modules. @returns one text with name, version and licence of each package that they are of. @throws {Error} if one has none. */
export function noticesOf(moduleIds: Iterable<string>): string {
  const folders = new Set<string>();
  for (const id of moduleIds) {
    const folder = PACKAGE.exec(id.replace(/^\0/, '').split('?', 1)[0] ?? '')?.[0];
    if (folder !== undefined) folders.add(folder);
  }
  return [...folders].sort().map(noticeOf).join('\n');
}

function noticeOf(folder: string): string {
  const { name, version, license } = JSON.parse(
    readFileSync(join(folder, 'package.json'), 'utf8'),
  ) as Manifest;
  const texts = readdirSync(folder)
    .filter((file) => LICENCE_FILE.test(file))
    .map((file) => readFileSync(join(folder, file), 'utf8').trim());
  if (texts.length === 0 && license === undefined) throw new Error(`${name} has no licence`);
  return `${'='.repeat(80)}\n${name} ${version} (${license ?? 'see below'})\n\n${texts.join('\n\n')}\n`;
}

/** Writes the notices beside what is built. */
export function notices(): Plugin {
  return {
    name: 'sidecall-notices',
    generateBundle(_options, bundle) {
      const ids = Object.values(bundle).flatMap((file) => (file.type === 'chunk' ? file.moduleIds : []));
      this.emitFile({ type: 'asset', fileName: NOTICES, source: noticesOf(ids) });
    },
  };
}
