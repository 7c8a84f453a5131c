import { defineConfig } from 'vite';
import solid from 'vite-plugin-solid';

export default defineConfig({
  plugins: [solid()],
  // `npm run dev` shows what the demo's server does: run `npm start` in the root of the repository beside it.
  server: { proxy: { '/ws': { target: 'http://localhost:8000', ws: true } } },
});
