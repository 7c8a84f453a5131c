import react from '@vitejs/plugin-react';
import { defineConfig } from 'vite';

export default defineConfig({
  plugins: [react()],
  // Two versions of React stand beside each other here: the package is to use this one.
  resolve: { dedupe: ['react', 'react-dom'] },
  // `npm run dev` shows what the demo's server does: run `npm start` in the root of the repository beside it.
  server: { proxy: { '/ws': { target: 'http://localhost:8000', ws: true } } },
});
