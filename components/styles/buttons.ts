import { css } from 'lit';

/**
 * Buttons: `<button>` is quiet, with `.primary` it is what is to be done next, with `.danger` it ends something. One that cannot be pressed now has `aria-disabled`,
 * not `disabled`, which would take the focus away from whoever pressed it.
 */
export const buttons = css`
  button {
    display: inline-flex;
    align-items: center;
    justify-content: center;
    gap: var(--_gap-small);
    min-block-size: var(--_control);
    min-inline-size: var(--_control);
    margin: 0;
    padding: 0.25rem 0.75rem;
    border: 1px solid var(--_border);
    border-radius: var(--_radius-small);
    background: transparent;
    color: inherit;
    font: inherit;
    font-size: 0.875em;
    font-weight: 500;
    line-height: 1.25;
    text-align: center;
    cursor: pointer;
    transition: background-color var(--_fast) var(--_ease);
  }

  button:hover {
    background: color-mix(in srgb, currentColor 8%, transparent);
  }

  button:active {
    background: color-mix(in srgb, currentColor 14%, transparent);
  }

  button.primary {
    border-color: transparent;
    background: var(--_accent);
    color: var(--_on-accent);
  }

  button.primary:hover {
    background: color-mix(in srgb, var(--_accent) 88%, var(--_on-accent));
  }

  button.danger {
    border-color: color-mix(in srgb, var(--_danger) 40%, transparent);
    color: var(--_danger);
  }

  button.danger.primary {
    border-color: transparent;
    background: var(--_danger);
    color: var(--_on-danger);
  }

  button.danger.primary:hover {
    background: color-mix(in srgb, var(--_danger) 88%, var(--_on-danger));
  }

  button[aria-disabled='true'] {
    cursor: default;
    opacity: 0.6;
  }

  button[aria-disabled='true']:not(.primary):is(:hover, :active) {
    background: transparent;
  }

  @media (forced-colors: active) {
    button.primary {
      background: ButtonText !important;
      color: ButtonFace !important;
      forced-color-adjust: none;
    }

    button[aria-disabled='true'] {
      border-color: GrayText;
      background: ButtonFace !important;
      color: GrayText !important;
      opacity: 1;
    }
  }
`;
