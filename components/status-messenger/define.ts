import { StatusMessengerElement } from './status-messenger.js';

// On a server there is no registry, and a page may load this twice.
if (globalThis.customElements && !customElements.get('status-messenger')) {
  customElements.define('status-messenger', StatusMessengerElement);
}
