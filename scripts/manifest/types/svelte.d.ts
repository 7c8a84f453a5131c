import type { HTMLAttributes } from 'svelte/elements';
import type { KitElements } from './elements.js';

/** By the spelling of Svelte 5 and by that of Svelte 4. */
type Listeners<T> = { [Name in keyof T & string as `on${Name}` | `on:${Name}`]?: ((event: T[Name]) => void) | null };
type Own<T extends KitElements[keyof KitElements]> = T['attributes'] & T['properties'] & Listeners<T['events']>;

type Tags = {
  [Tag in keyof KitElements]: Own<KitElements[Tag]> &
    Omit<HTMLAttributes<KitElements[Tag]['element']>, keyof Own<KitElements[Tag]>>;
};

declare module 'svelte/elements' {
  interface SvelteHTMLElements extends Tags {}
}
