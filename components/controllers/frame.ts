/** Milliseconds after which a page that draws no frames, being hidden, renders all the same: its texts stay true for whoever comes back. */
const HIDDEN = 250;

/** Resolves before the next frame is drawn. */
export function nextFrame(): Promise<void> {
  return new Promise((resolve) => {
    const done = () => {
      clearTimeout(timer);
      cancelAnimationFrame(frame);
      resolve();
    };
    const frame = requestAnimationFrame(done);
    const timer = setTimeout(done, HIDDEN);
  });
}
