/** What is used of a browser's storage. */
export interface StorageLike {
  getItem(key: string): string | null;
  setItem(key: string, value: string): void;
  removeItem(key: string): void;
}

/** The storage of the page that this runs in: gone with its tab, and there after a reload. */
export function pageStorage(): StorageLike | undefined {
  return typeof document === 'undefined' ? undefined : sessionStorage;
}
