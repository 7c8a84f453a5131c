/** Where the rows are that a reader sees: they are put back there after whatever has changed around them. */
export class Place {
  #rows: readonly { readonly key: string | undefined; readonly top: number }[] = [];

  /** The key of the first row that is seen, if any is. */
  get key(): number | undefined {
    const key = this.#rows[0]?.key;
    return key === undefined ? undefined : Number(key);
  }

  /** Remembers where the rows are now. */
  mark(scroller: HTMLElement): void {
    const { top, bottom } = scroller.getBoundingClientRect();
    const items = rowsOf(scroller);
    const rows = [];
    for (let i = firstBelow(items, top); i < items.length; i++) {
      const item = items[i];
      if (!item || topOf(item) >= bottom) break;
      rows.push({ key: item.dataset.key, top: topOf(item) - top });
    }
    this.#rows = rows;
  }

  /** Puts the first of those that are still there back: whether a browser has done so by itself already depends on it, and on how far it was scrolled. */
  restore(scroller: HTMLElement): void {
    const items = new Map(rowsOf(scroller).map((item) => [item.dataset.key, item]));
    for (const { key, top } of this.#rows) {
      const item = items.get(key);
      if (!item) continue;
      const moved = topOf(item) - scroller.getBoundingClientRect().top - top;
      if (moved !== 0) scroller.scrollTop += moved;
      return;
    }
  }
}

function rowsOf(scroller: HTMLElement): readonly HTMLElement[] {
  return [...scroller.querySelectorAll<HTMLElement>('[data-key]')];
}

/** The first of the rows that ends below a height. It asks few of them, as each stands below the one before. */
function firstBelow(items: readonly HTMLElement[], height: number): number {
  let [low, high] = [0, items.length];
  while (low < high) {
    const middle = (low + high) >> 1;
    // What is in a step ends behind it: of the item it is the row alone that counts.
    const row = items[middle]?.firstElementChild;
    if (row && row.getBoundingClientRect().bottom > height) high = middle;
    else low = middle + 1;
  }
  return low;
}

function topOf(item: HTMLElement): number {
  return item.getBoundingClientRect().top;
}
