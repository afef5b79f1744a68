/** The relay as one file that runs with plain Node and no node_modules: `vite build --mode relay` writes dist/relay.js. */
import type { UserConfig } from 'vite';
import { notices } from './notices.ts';
import { bundlePage } from './page/bundle.ts';

export const relayBuild: UserConfig = {
  plugins: [notices()],
  define: { __LANDING_PAGE__: JSON.stringify(await bundlePage()) },
  build: {
    ssr: 'relay/main.ts',
    outDir: 'dist',
    emptyOutDir: false,
    target: 'node20',
    rollupOptions: {
      output: { entryFileNames: 'relay.js', codeSplitting: false, banner: '#!/usr/bin/env node' },
    },
  },
  // `bufferutil` is machine code, which `ws` uses where it finds it and does without elsewhere.
  ssr: { target: 'node', noExternal: true, external: ['bufferutil'] },
};
