/** The gallery in one piece, for tests that look at every scene: a page is there in a fraction of the time it takes module by module. */
import { fileURLToPath } from 'node:url';
import { build, preview } from 'vite';
import config from './vite.gallery.ts';

const HTML = 'tests/gallery/gallery.html';
const ROOT = new URL('../../', import.meta.url);

export interface Gallery {
  /** The address of a view in a scene, in a language. */
  at(view: string, scene: string, locale?: string): string;
  close(): Promise<void>;
}

/** Builds the gallery into a folder and serves it on loopback. @throws {Error} if it cannot be built */
export async function serveGallery(folder = 'dist/gallery'): Promise<Gallery> {
  const outDir = fileURLToPath(new URL(folder, ROOT));
  const quiet = { ...config, configFile: false, logLevel: 'error' } as const;
  await build({
    ...quiet,
    build: {
      outDir,
      emptyOutDir: true,
      target: 'esnext',
      rolldownOptions: { input: HTML },
    },
  });
  const server = await preview({
    ...quiet,
    build: { outDir },
    // Every page asks for the same files.
    preview: { host: '127.0.0.1', port: 0, open: false, headers: { 'cache-control': 'max-age=3600' } },
  });
  const [origin = ''] = server.resolvedUrls?.local ?? [];
  return {
    at: (view, scene, locale = 'en') => `${origin}${HTML}?view=${view}&scene=${scene}&locale=${locale}`,
    close: () => server.close(),
  };
}
