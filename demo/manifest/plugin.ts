import type { Plugin } from 'vite';
import { manifest } from './analyze.js';

const NAME = 'virtual:manifest';
const ID = `\0${NAME}`;

/** Gives the page the custom-elements manifest, as the module `virtual:manifest`. */
export function manifestPlugin(): Plugin {
  return {
    name: 'manifest',
    resolveId: { filter: { id: /^virtual:manifest$/ }, handler: (id) => (id === NAME ? ID : undefined) },
    load: {
      filter: { id: /^\0virtual:manifest$/ },
      handler: async (id) => (id === ID ? `export default ${await manifest()}` : undefined),
    },
  };
}
