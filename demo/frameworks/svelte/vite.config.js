import { svelte } from '@sveltejs/vite-plugin-svelte';
import { defineConfig } from 'vite';

export default defineConfig({
  plugins: [svelte()],
  // `npm run dev` shows what the demo's server does: run `npm start` in the root of the repository beside it.
  server: { proxy: { '/ws': { target: 'http://localhost:8000', ws: true } } },
});
