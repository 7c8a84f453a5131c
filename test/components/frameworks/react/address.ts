/** Where the conversation of the seed document is served to the tests in browsers. */
export const CONVERSATION = '/conversation';
