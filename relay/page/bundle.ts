/** Makes one HTML text of the invite page's parts. Runs while the relay is built, or when it runs from source. */
import { readFile } from 'node:fs/promises';
import { fileURLToPath } from 'node:url';
import { build } from 'vite';

/** The page in pieces, so that its policy can name the hashes of what stands in it. */
export interface PageParts {
  /** With `<!--style-->`, `<!--script-->`, `<!--install-->` and `<!--by-hand-->` still in it. */
  html: string;
  style: string;
  script: string;
}

const here = (name: string) => fileURLToPath(new URL(name, import.meta.url));

/** @throws what Vite throws if the page cannot be built. */
export async function bundlePage(): Promise<PageParts> {
  const result = await build({
    configFile: false,
    logLevel: 'silent',
    build: {
      write: false,
      // What light-dark() needs anyway.
      target: ['chrome123', 'firefox120', 'safari17.5'],
      modulePreload: false,
      rollupOptions: { input: here('landing.ts'), output: { codeSplitting: false } },
    },
  });
  const output = [result].flat().flatMap((one) => ('output' in one ? one.output : []));
  const script = output.map((file) => (file.type === 'chunk' ? file.code : '')).join('');
  const style = output
    .map((file) => (file.type === 'asset' && file.fileName.endsWith('.css') ? String(file.source) : ''))
    .join('');
  const html = await readFile(here('landing.html'), 'utf8');
  if (/<\/(script|style)/i.test(script + style)) throw new Error('the page would end its own script');
  return { html, style: style.trim(), script: script.trim() };
}
