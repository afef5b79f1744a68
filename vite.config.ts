import { crx, type ManifestV3Export } from '@crxjs/vite-plugin';
import { svelte } from '@sveltejs/vite-plugin-svelte';
import { defineConfig, type Plugin, type UserConfig } from 'vite';
import { type Catalogue, packed } from './_locales/compile.ts';
import manifest from './manifest.json' with { type: 'json' };

const page = (name: string, file = name) => `extension/views/${name}/${file}.html`;

/** Packs the catalogues of `_locales` as the pages and the worker read them. */
const catalogues: Plugin = {
  name: 'sidecall:catalogues',
  // After the plugin that brings the files in.
  generateBundle: {
    order: 'post',
    handler(_, bundle) {
      for (const file of Object.values(bundle))
        if (file.type === 'asset' && /^_locales\/\w+\/messages\.json$/.test(file.fileName))
          file.source = JSON.stringify(packed(JSON.parse(String(file.source)) as Catalogue));
    },
  },
};

/** The extension: `vite build` writes it to dist/extension, ready for "Load unpacked". */
function extensionBuild(relayUrl: string): UserConfig {
  return {
    plugins: [svelte(), crx({ manifest: manifest as ManifestV3Export }), catalogues],
    define: { __RELAY_URL__: JSON.stringify(relayUrl), global: 'globalThis' },
    resolve: {
      // The package's own entry needs Node's stream and randombytes; its prebuilt file needs nothing.
      alias: { 'simple-peer': 'simple-peer/simplepeer.min.js' },
    },
    build: {
      outDir: 'dist/extension',
      emptyOutDir: true,
      target: 'chrome150',
      modulePreload: { polyfill: false },
      // The toolbar icon is set by address, which must be a file's.
      assetsInlineLimit: 0,
      rollupOptions: {
        input: {
          host: 'extension/call/host.html',
          window: page('window', 'call-window'),
          large: page('large', 'large-screen'),
          welcome: page('welcome'),
          settings: page('settings'),
        },
      },
    },
    server: { port: 5173, strictPort: true, hmr: { port: 5173 } },
  };
}

export default defineConfig(async ({ mode }) => {
  if (mode === 'relay') return (await import('./relay/vite.relay.ts')).relayBuild;
  return extensionBuild(process.env['RELAY_URL'] ?? 'http://127.0.0.1:8787');
});
