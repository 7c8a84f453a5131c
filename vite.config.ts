import { fileURLToPath } from 'node:url';
import { defineConfig } from 'vite';
import { minifyTemplates } from './scripts/minify-templates.js';
import { oneFile } from './scripts/one-file.js';

const at = (path: string) => fileURLToPath(new URL(path, import.meta.url));

/** Makes the one-file build for a `<script>`. */
export default defineConfig({
  root: at('.'),
  publicDir: false,
  resolve: { conditions: ['module', 'browser', 'production'] },
  oxc: { decorator: { legacy: true } },
  plugins: [minifyTemplates(), oneFile()],
  build: {
    outDir: at('dist'),
    emptyOutDir: false,
    sourcemap: true,
    target: 'es2022',
    lib: { entry: at('components/cdn.ts'), formats: ['iife'], name: 'statusMessenger', fileName: () => 'cdn.js' },
  },
});
