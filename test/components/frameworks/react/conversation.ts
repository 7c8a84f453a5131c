import {
  addStatusMessage,
  ask,
  complete,
  progress,
  result,
  StatusMessenger,
} from '../../../../server-adapter/index.js';
import { CONVERSATION } from './address.js';

/** The conversation of the seed document, held with whoever comes, in the document's own examples. */
export function startConversation(): StatusMessenger {
  const messenger = new StatusMessenger({ statusData: 'object', base: CONVERSATION });
  messenger.onSession(async (session) => {
    addStatusMessage('Starting Clarifier conversation...');
    progress('Clarifier (Round 1): I need to understand your requirements...');
    const purpose = await ask('What is the main purpose of your app?');
    result('clarifier', { done: false, resp: [purpose] });
    await session.send({ type: 'error', data: { message: 'Error description' } });
    await session.send({ type: 'custom_type', data: { custom_data: 'value', timestamp: 5 } });
    const isDone = await ask('Is that all?', { confirm: true });
    result('clarifier', { done: isDone, resp: [purpose] });
    complete('Project requirements gathered successfully...');
  });
  return messenger;
}
