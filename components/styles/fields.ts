import { css } from 'lit';

/** Fields to write in and to choose from. One whose content does not fit has `aria-invalid="true"`, and a `.problem` beside it that it is described by. */
export const fields = css`
  :is(input, textarea, select) {
    inline-size: 100%;
    min-block-size: max(var(--_control), 2.25rem);
    margin: 0;
    padding: 0.375rem 0.625rem;
    border: 1px solid var(--_edge);
    border-radius: var(--_radius-small);
    background: var(--_surface);
    color: inherit;
    font: inherit;
    line-height: 1.5;
  }

  textarea {
    field-sizing: content;
    min-block-size: 4rem;
    max-block-size: 16rem;
    resize: vertical;
  }

  input:is([type='checkbox'], [type='radio']) {
    flex: none;
    inline-size: 1.125rem;
    min-block-size: 0;
    block-size: 1.125rem;
    padding: 0;
    accent-color: var(--_accent);
  }

  ::placeholder {
    color: var(--_muted);
    opacity: 1;
  }

  /* Of a field the ring is part of its edge. */
  :is(input:not([type='checkbox'], [type='radio']), textarea, select):focus-visible {
    border-color: var(--_focus);
    outline-offset: -1px;
  }

  [aria-invalid='true'] {
    border-color: var(--_danger);
  }

  .problem {
    color: var(--_danger);
    font-size: 0.875em;
  }
`;
