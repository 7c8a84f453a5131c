import { fileURLToPath } from 'node:url';
import { defineConfig } from 'vite';
import { minifyTemplates } from './scripts/minify-templates.js';
import { oneFile } from './scripts/one-file.js';

const at = (path: string) => fileURLToPath(new URL(path, import.meta.url));

/** `vite build` makes the one-file build for a `<script>`; the demo's server uses the rest of it to serve the demo from its sources. */
export default defineConfig(({ command }) => ({
  root: command === 'build' ? at('.') : at('demo'),
  publicDir: false,
  resolve: {
    // Lit's own development build warns of things that are of no use to whoever looks at the demo.
    conditions: ['module', 'browser', 'production'],
    alias: [
      { find: /^status-messenger\/define$/, replacement: at('components/define.ts') },
      { find: /^status-messenger$/, replacement: at('components/index.ts') },
    ],
  },
  oxc: { decorator: { legacy: true } },
  plugins: [minifyTemplates(), oneFile()],
  build: {
    outDir: at('dist'),
    emptyOutDir: false,
    sourcemap: true,
    target: 'es2022',
    lib: { entry: at('components/cdn.ts'), formats: ['iife'], name: 'statusMessenger', fileName: () => 'cdn.js' },
  },
}));
