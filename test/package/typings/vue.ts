import type {} from 'status-messenger/types/vue';
import type { GlobalComponents } from 'vue';

/** What a template may give to a tag. */
type Props<Tag extends keyof GlobalComponents> = InstanceType<GlobalComponents[Tag]>['$props'];

export const right: Props<'status-messenger'> = {
  url: '/ws',
  'session-id': 'abc',
  sessionId: 'abc',
  paused: false,
  class: 'wide',
  key: 1,
  getToken: () => 'secret',
  onStatuschange: (event) => event.detail.text.trim(),
};

export const compact: Props<'status-panel'> = { variant: 'compact' };

// @ts-expect-error There is no such variant.
export const small: Props<'status-panel'> = { variant: 'small' };
// @ts-expect-error It is true or false.
export const paused: Props<'status-messenger'> = { paused: 'yes' };
export const listener: Props<'status-messenger'> = {
  // @ts-expect-error The detail of a status is no number.
  onStatuschange: (event) => event.detail.text.toFixed(),
};
