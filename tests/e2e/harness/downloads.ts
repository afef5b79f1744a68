/** A person's folder of downloads. */
import { createHash, randomBytes } from 'node:crypto';
import { createReadStream } from 'node:fs';
import { mkdtemp, open, readdir, rm, stat } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as wait } from 'node:timers/promises';
import type { PersonBrowser } from './browser.ts';

const TIMEOUT_MS = 60_000;

export interface Downloads {
  folder: string;
  /** Waits for a file of this name and size. @returns its SHA-256, in hexadecimal. */
  sha256(name: string, size: number): Promise<string>;
  names(): Promise<string[]>;
  remove(): Promise<void>;
}

/** From here on the browser saves without asking, into a folder of its own. */
export async function downloadsOf(someone: PersonBrowser): Promise<Downloads> {
  const folder = await mkdtemp(join(tmpdir(), 'sidecall-downloads-'));
  const session = await someone.chromium.target().createCDPSession();
  await session.send('Browser.setDownloadBehavior', { behavior: 'allow', downloadPath: folder });
  return {
    folder,
    async sha256(name, size) {
      const file = join(folder, name);
      const sizeNow = () =>
        stat(file).then(
          (found) => found.size,
          () => 0,
        );
      // The browser writes it beside its name and renames it when it is whole.
      for (const until = Date.now() + TIMEOUT_MS; (await sizeNow()) !== size; await wait(100))
        if (Date.now() > until) throw new Error(`${someone.name} has no ${name} of ${String(size)} bytes.`);
      return hashOfFile(file);
    },
    names: () => readdir(folder),
    remove: () => rm(folder, { recursive: true, force: true }),
  };
}

export async function hashOfFile(file: string): Promise<string> {
  const hash = createHash('sha256');
  for await (const chunk of createReadStream(file)) hash.update(chunk as Buffer);
  return hash.digest('hex');
}

/** Writes a file of bytes that can't be foretold. @returns its SHA-256, in hexadecimal. */
export async function writeRandom(file: string, size: number): Promise<string> {
  const hash = createHash('sha256');
  const handle = await open(file, 'w');
  for (let left = size; left > 0;) {
    const chunk = randomBytes(Math.min(left, 4 * 1024 * 1024));
    hash.update(chunk);
    await handle.write(chunk);
    left -= chunk.length;
  }
  await handle.close();
  return hash.digest('hex');
}
