import { fileURLToPath } from 'node:url';
import { defineConfig } from 'vite';
import { manifestPlugin } from './manifest/plugin.js';

const at = (path: string) => fileURLToPath(new URL(path, import.meta.url));

/** The demo's page: served from its sources by `npm start`, and built into files by `npm run build:demo`, where only Live wants a server. */
export default defineConfig({
  root: at('.'),
  // Built, it may stand in any folder.
  base: './',
  publicDir: false,
  cacheDir: at('../node_modules/.vite/demo'),
  resolve: {
    // Lit's own development build warns of things that are of no use to whoever looks at the demo.
    conditions: ['module', 'browser', 'production'],
    alias: [
      { find: /^status-messenger\/define$/, replacement: at('../components/define.ts') },
      { find: /^status-messenger\/testing$/, replacement: at('../components/testing/index.ts') },
      { find: /^status-messenger\/protocol$/, replacement: at('../protocol/index.ts') },
      { find: /^status-messenger$/, replacement: at('../components/index.ts') },
    ],
  },
  oxc: { decorator: { legacy: true } },
  // Vite's own client would reload the page when this server starts again; that the elements heal by themselves is what the demo shows.
  server: { middlewareMode: true, hmr: false, ws: false },
  appType: 'mpa',
  plugins: [
    manifestPlugin(),
    {
      name: 'without-client',
      apply: 'serve',
      transformIndexHtml: {
        order: 'post',
        handler: (html) => html.replace(/<script[^>]*"[^"]*\/@vite\/client"[^>]*><\/script>/, ''),
      },
    },
  ],
  build: { outDir: at('../dist-demo'), emptyOutDir: true, target: 'es2022', chunkSizeWarningLimit: 1000 },
});
