import type { HTMLAttributes, VNodeProps } from 'vue';
import type { KitElements } from './elements.js';

type Listeners<T> = { [Name in keyof T & string as `on${Capitalize<Name>}`]?: (event: T[Name]) => void };
type Own<T extends KitElements[keyof KitElements]> = T['attributes'] & T['properties'] & Listeners<T['events']>;

/** As a component, which is how templates are checked. */
type Components = {
  [Tag in keyof KitElements]: new () => KitElements[Tag]['element'] & {
    $props: Own<KitElements[Tag]> & Omit<HTMLAttributes & VNodeProps, keyof Own<KitElements[Tag]>>;
  };
};

declare module 'vue' {
  interface GlobalComponents extends Components {}
}
