import { afterRenderEffect, computed, inject, linkedSignal, NgZone, type Signal, untracked } from '@angular/core';
import type { SessionClientLike } from '../../session/index.js';
import type { SessionView } from '../session-view.js';
import { isSameSession, type SessionCalls, type SessionOptions, ShownSession, sessionCalls } from '../shown-session.js';

export type { SessionCalls, SessionOptions, SessionView };

/** What `injectStatusMessenger` returns: signals of what there is to show, and what can be asked of the session. */
export type StatusMessengerSignals = { readonly [K in keyof SessionView]: Signal<SessionView[K]> } & SessionCalls & {
    /** The client that holds the session. */
    readonly client: Signal<SessionClientLike>;
  };

/**
 * Shows what work on a server is doing, and answers its questions: to be called where `inject()` may be. `options` may read signals and inputs; other options than
 * before are another session. The connection comes when the component is rendered and goes with it; on a server there is none. What is read throws `invalid` for options that there are not.
 */
export function injectStatusMessenger(options: () => SessionOptions): StatusMessengerSignals {
  const zone = inject(NgZone);
  const wanted = computed(options, { equal: isSameSession });
  const shown = computed(() => {
    const wantedNow = wanted();
    return untracked(() => new ShownSession(wantedNow));
  });
  const view = linkedSignal(() => shown().view);
  afterRenderEffect((onCleanup) => {
    const session = shown();
    // The timers of a connection are no reason to look for changes, and do not keep the application from being stable.
    const stop = zone.runOutsideAngular(() => untracked(() => session.watch(() => view.set(session.view))));
    onCleanup(stop);
  });

  const client = computed(() => shown().client);
  return { ...signalsOf(view), client, ...sessionCalls(() => untracked(client)) };
}

function signalsOf(view: Signal<SessionView>) {
  return {
    isConnected: computed(() => view().isConnected),
    connection: computed(() => view().connection),
    messages: computed(() => view().messages),
    currentQuestion: computed(() => view().currentQuestion),
    question: computed(() => view().question),
    currentStatus: computed(() => view().currentStatus),
    agentResults: computed(() => view().agentResults),
    finalSummary: computed(() => view().finalSummary),
    state: computed(() => view().state),
  };
}
