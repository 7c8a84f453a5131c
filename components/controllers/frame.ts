/** Milliseconds after which a page that draws no frames, being hidden, renders all the same: its texts stay true for whoever comes back. */
const HIDDEN = 250;

let next: Promise<void> | undefined;

/** Resolves before the next frame is drawn. Everybody who waits for the same frame shares one promise. */
export function nextFrame(): Promise<void> {
  next ??= new Promise((resolve) => {
    const done = () => {
      clearTimeout(timer);
      cancelAnimationFrame(frame);
      next = undefined;
      resolve();
    };
    const frame = requestAnimationFrame(done);
    const timer = setTimeout(done, HIDDEN);
  });
  return next;
}
