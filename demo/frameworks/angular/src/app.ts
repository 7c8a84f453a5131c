import { ApplicationRef, Component, CUSTOM_ELEMENTS_SCHEMA, inject, signal, VERSION } from '@angular/core';
import type { Reply, StatusMessengerEventMap } from 'status-messenger';
import { injectStatusMessenger } from 'status-messenger/angular';

@Component({
  selector: 'app-root',
  templateUrl: './app.html',
  // Lets tags with a dash through that are no components of Angular.
  schemas: [CUSTOM_ELEMENTS_SCHEMA],
})
export class App {
  readonly version = VERSION.full;
  readonly first = new URLSearchParams(location.search).get('session') ?? 'demo-angular';
  readonly sessionId = signal(this.first);
  readonly heard = signal<readonly string[]>([]);
  readonly answer = signal('');
  readonly getToken = () => `token-of-${this.sessionId()}`;
  readonly session = injectStatusMessenger(() => ({
    url: '/ws',
    sessionId: this.sessionId(),
    getToken: this.getToken,
  }));
  readonly #application = inject(ApplicationRef);

  hear({ detail: { type, data } }: StatusMessengerEventMap['message']): void {
    if (type === 'status') this.heard.update((before) => [...before, String(data)]);
  }

  answered(event: Event): void {
    const { detail } = event as CustomEvent<Reply>;
    this.answer.set(String(detail.answer));
  }

  turn(): void {
    this.sessionId.set(`${this.first}-2`);
  }

  unmount(): void {
    this.#application.destroy();
  }
}
