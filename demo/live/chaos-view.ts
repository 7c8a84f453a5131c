import { html, nothing, type TemplateResult } from 'lit';

export interface ChaosView {
  readonly isCut: boolean;
  readonly isSlow: boolean;
  readonly isOffline: boolean;
  readonly isRestarting: boolean;
  readonly hasSecond: boolean;
  cut(): void;
  slow(isSlow: boolean): void;
  offline(isOffline: boolean): void;
  restart(): void;
  second(isWanted: boolean): void;
}

/** All that can be done to the viewers and to their server. */
export function chaosView(view: ChaosView): TemplateResult {
  // Not `disabled`: that would take the focus away from whoever pressed it.
  const busy = (isBusy: boolean) => (isBusy ? 'true' : nothing);
  return html`
    <div class="chaos" role="group" aria-label="What can go wrong">
        <button type="button" id="cut" aria-disabled=${busy(view.isCut)} @click=${view.cut}>Cut the first viewer off for 2 seconds</button>
        <button type="button" id="restart-server" aria-disabled=${busy(view.isRestarting)} @click=${view.restart}>
          ${view.isRestarting ? 'The server restarts…' : 'Restart the server'}
        </button>
        ${toggle('slow', 'Slow line', view.isSlow, view.slow)} ${toggle('offline', 'Offline', view.isOffline, view.offline)}
        ${toggle('second', 'Second viewer', view.hasSecond, view.second)}
    </div>
  `;
}

function toggle(id: string, label: string, isOn: boolean, set: (isOn: boolean) => void): TemplateResult {
  return html`<label class="toggle">
    <input
      id=${id}
      class="switch"
      type="checkbox"
      role="switch"
      .checked=${isOn}
      @change=${(event: Event) => set((event.currentTarget as HTMLInputElement).checked)}
    />
    ${label}
  </label>`;
}
