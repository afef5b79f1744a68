/** Serves the real views with a made-up browser and made-up calls, to look at every screen. Never part of the extension. */
import { fileURLToPath } from 'node:url';
import { svelte } from '@sveltejs/vite-plugin-svelte';
import { defineConfig } from 'vite';

const root = fileURLToPath(new URL('../..', import.meta.url));

export default defineConfig({
  root,
  plugins: [svelte({ compilerOptions: { runes: true } })],
  define: { __RELAY_URL__: JSON.stringify('http://127.0.0.1:8787') },
  resolve: {
    alias: { 'webextension-polyfill': fileURLToPath(new URL('./fake-browser.ts', import.meta.url)) },
  },
  cacheDir: 'node_modules/.vite-gallery',
  server: { port: 5180, open: '/tests/gallery/gallery.html' },
});
