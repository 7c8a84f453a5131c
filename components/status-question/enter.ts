// All questions of a page share one query.
let finger: MediaQueryList | undefined;

/**
 * Whether Enter in a text of several lines sends it. Where a finger is what points, the keyboard is one on the screen, which has no Shift+Enter: there it is a new line, and a
 * button sends.
 */
export function entersSend(): boolean {
  finger ??= matchMedia('(pointer: coarse)');
  return !finger.matches;
}

/** Whether a key that was pressed in such a text sends it. Ctrl+Enter always does; in the middle of a composition nothing does: for its last Enter WebKit has the code 229. */
export function sends({ key, shiftKey, ctrlKey, metaKey, isComposing, keyCode }: KeyboardEvent): boolean {
  if (key !== 'Enter' || isComposing || keyCode === 229) return false;
  return ctrlKey || metaKey || (!shiftKey && entersSend());
}
