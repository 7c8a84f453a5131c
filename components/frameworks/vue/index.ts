import {
  type ComputedRef,
  computed,
  getCurrentInstance,
  type MaybeRefOrGetter,
  onActivated,
  onDeactivated,
  onMounted,
  onScopeDispose,
  type ShallowRef,
  shallowRef,
  toValue,
  watch,
} from 'vue';
import type { SessionClientLike } from '../../session/index.js';
import type { SessionView } from '../session-view.js';
import { isSameSession, type SessionCalls, type SessionOptions, ShownSession, sessionCalls } from '../shown-session.js';

export type { SessionCalls, SessionOptions, SessionView };

/** What `useStatusMessenger` returns: refs of what there is to show, and what can be asked of the session. */
export type StatusMessengerRefs = { readonly [K in keyof SessionView]: ComputedRef<SessionView[K]> } & SessionCalls & {
    /** The client that holds the session. */
    readonly client: ComputedRef<SessionClientLike>;
  };

/**
 * Shows what work on a server is doing, and answers its questions. The connection comes with the component (or the scope), goes with it, and is not there while
 * `<KeepAlive>` keeps it hidden; on a server there is none. With a ref or a getter, other options than before are another session. Throws `invalid` for options that there are not.
 */
export function useStatusMessenger(options: MaybeRefOrGetter<SessionOptions>): StatusMessengerRefs {
  const shown = shallowRef(new ShownSession(toValue(options)));
  const view = shallowRef(shown.value.view);
  let stop: (() => void) | undefined;
  const leave = () => {
    stop?.();
    stop = undefined;
  };
  const enter = () => {
    const session = shown.value;
    const tell = () => {
      view.value = session.view;
    };
    tell();
    stop ??= session.watch(tell);
  };

  watch(
    () => toValue(options),
    (next, before) => {
      if (isSameSession(next, before)) return;
      const wasHere = stop !== undefined;
      leave();
      shown.value = new ShownSession(next);
      view.value = shown.value.view;
      if (wasHere) enter();
    },
    { flush: 'sync' },
  );
  if (getCurrentInstance()) {
    onMounted(enter);
    onActivated(enter);
    onDeactivated(leave);
  } else if (typeof document !== 'undefined') enter();
  onScopeDispose(leave);

  return { ...refsOf(view), client: computed(() => shown.value.client), ...sessionCalls(() => shown.value.client) };
}

function refsOf(view: ShallowRef<SessionView>) {
  return {
    isConnected: computed(() => view.value.isConnected),
    connection: computed(() => view.value.connection),
    messages: computed(() => view.value.messages),
    currentQuestion: computed(() => view.value.currentQuestion),
    question: computed(() => view.value.question),
    currentStatus: computed(() => view.value.currentStatus),
    agentResults: computed(() => view.value.agentResults),
    finalSummary: computed(() => view.value.finalSummary),
    state: computed(() => view.value.state),
  };
}
