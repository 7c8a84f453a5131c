import vue from '@vitejs/plugin-vue';
import { defineConfig } from 'vite';

export default defineConfig({
  plugins: [
    // Without this Vue looks for components of these names, and warns that there are none.
    vue({ template: { compilerOptions: { isCustomElement: (tag) => tag.startsWith('status-') } } }),
  ],
  // `npm run dev` shows what the demo's server does: run `npm start` in the root of the repository beside it.
  server: { proxy: { '/ws': { target: 'http://localhost:8000', ws: true } } },
});
