import { css } from 'lit';
import { buttons, inState, tokens } from '../styles/index.js';

export const styles = [
  tokens,
  buttons,
  css`
    /* There for the focus of whoever pressed the button, and takes no room. */
    :host(:not(${inState('asking')})) {
      position: absolute;
    }

    [part='base'] {
      display: flex;
    }
  `,
];
