/**
 * The built extension with an optional permission given: Chromium asks for it in a window of its own that nothing can press, and no policy
 * gives it, so it stands among those that are given at once. Nothing else differs.
 */
import { cp, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { extensionOf } from './launch.ts';

export interface GrantedBuild {
  readonly extension: { folder: string; id: string };
  remove(): Promise<void>;
}

export async function buildWith(permission: string): Promise<GrantedBuild> {
  const { folder: built, id } = extensionOf({ name: '' });
  const folder = await mkdtemp(join(tmpdir(), 'sidecall-granted-'));
  await cp(built, folder, { recursive: true });
  const file = join(folder, 'manifest.json');
  const manifest = JSON.parse(await readFile(file, 'utf8')) as { permissions: string[] };
  manifest.permissions.push(permission);
  await writeFile(file, JSON.stringify(manifest));
  return { extension: { folder, id }, remove: () => rm(folder, { recursive: true, force: true }) };
}
