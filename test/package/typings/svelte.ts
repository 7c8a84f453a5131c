import type {} from 'status-messenger/types/svelte';
import type { SvelteHTMLElements } from 'svelte/elements';

export const right: SvelteHTMLElements['status-messenger'] = {
  url: '/ws',
  'session-id': 'abc',
  paused: false,
  class: 'wide',
  getToken: () => 'secret',
  onstatuschange: (event) => event.detail.text.trim(),
  'on:runend': (event) => event.detail.phase.trim(),
};

export const compact: SvelteHTMLElements['status-panel'] = { variant: 'compact' };

// @ts-expect-error There is no such variant.
export const small: SvelteHTMLElements['status-panel'] = { variant: 'small' };
// @ts-expect-error It is true or false.
export const paused: SvelteHTMLElements['status-messenger'] = { paused: 'yes' };
export const listener: SvelteHTMLElements['status-messenger'] = {
  // @ts-expect-error The detail of a status is no number.
  onstatuschange: (event) => event.detail.text.toFixed(),
};
