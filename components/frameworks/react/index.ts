'use client';

export type { StatusMessengerCallbacks, StatusMessengerView, UseStatusMessengerOptions } from './options.js';
export { useStatusMessenger } from './use-status-messenger.js';
