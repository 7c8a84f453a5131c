import { Server } from 'node:http';
import type { TestRunnerPlugin } from '@web/test-runner-core';
import { startConversation } from './conversation.js';

/** The conversation of the seed document, on the test runner's own server. */
export function conversationPlugin(): TestRunnerPlugin {
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
