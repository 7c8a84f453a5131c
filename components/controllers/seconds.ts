import type { ReactiveController, ReactiveControllerHost } from 'lit';

const hosts = new Set<ReactiveControllerHost>();
let timer: ReturnType<typeof setInterval> | undefined;

/** An element, or what stands for one. */
interface SecondsHost extends ReactiveControllerHost {
  readonly isConnected: boolean;
}

/** Renders its host every second while `active` says that something on it counts. All hosts share one timer. */
export class SecondsController implements ReactiveController {
  readonly #host: SecondsHost;
  readonly #active: () => boolean;

  constructor(host: SecondsHost, active: () => boolean) {
    this.#host = host;
    this.#active = active;
    host.addController(this);
  }

  hostConnected(): void {
    this.hostUpdated();
  }

  hostUpdated(): void {
    // One that has left the page may have a last update to come.
    if (this.#host.isConnected && this.#active()) this.#start();
    else this.#stop();
  }

  hostDisconnected(): void {
    this.#stop();
  }

  #start(): void {
    hosts.add(this.#host);
    timer ??= setInterval(() => {
      for (const host of hosts) host.requestUpdate();
    }, 1000);
  }

  #stop(): void {
    hosts.delete(this.#host);
    if (hosts.size > 0) return;
    clearInterval(timer);
    timer = undefined;
  }
}
