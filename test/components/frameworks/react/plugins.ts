import { Server } from 'node:http';
import { fileURLToPath } from 'node:url';
import type { TestRunnerPlugin } from '@web/test-runner-core';
import { build } from 'vite';
import { startConversation } from './conversation.js';

const MODULES = fileURLToPath(new URL('react-modules.ts', import.meta.url));
const PATH = '/__react.js';

/** What the tests of React need of the test runner's server. */
export function reactPlugins(): TestRunnerPlugin[] {
  return [reactPlugin(), conversationPlugin()];
}

/** Serves React's development build, whichever of its modules is imported. */
function reactPlugin(): TestRunnerPlugin {
  let code = '';
  return {
    name: 'react',
    async serverStart() {
      code = await bundle();
    },
    resolveImport({ source }) {
      return /^react(-dom)?(\/|$)/.test(source) ? PATH : undefined;
    },
    serve({ path }) {
      return path === PATH ? { body: code, type: 'js' } : undefined;
    },
  };
}

function conversationPlugin(): TestRunnerPlugin {
  const messenger = startConversation();
  return {
    name: 'conversation',
    serverStart({ server }) {
      if (!(server instanceof Server)) throw new Error('the test runner has no HTTP server');
      messenger.attach(server, { http: false });
    },
    async serverStop() {
      await messenger.close({ timeout: 500 });
    },
  };
}

async function bundle(): Promise<string> {
  const built = await build({
    configFile: false,
    logLevel: 'warn',
    define: { 'process.env.NODE_ENV': '"development"' },
    build: { write: false, minify: false, lib: { entry: MODULES, formats: ['es'] } },
  });
  const [chunk] = Array.isArray(built) ? built.flatMap(({ output }) => output) : [];
  if (chunk?.type !== 'chunk') throw new Error('React was not built');
  return chunk.code;
}
