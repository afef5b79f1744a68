/** What benches and soaks measure: the extension as it is in this folder now. */
import { spawnSync } from 'node:child_process';
import { fileURLToPath } from 'node:url';

const ROOT = fileURLToPath(new URL('../../../', import.meta.url));

/** Builds `dist/extension`. @throws {Error} if it cannot be built */
export function buildExtension(): void {
  const { status } = spawnSync('npm', ['run', '--silent', 'build:extension'], { cwd: ROOT, stdio: 'ignore' });
  if (status !== 0) throw new Error('The extension could not be built: npm run build:extension says why.');
}
