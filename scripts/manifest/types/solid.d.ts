import type { JSX as SolidJSX } from 'solid-js';
import type { KitElements } from './elements.js';

type Listener<E> = ((event: E) => void) | { handleEvent(event: E): void; once?: boolean; passive?: boolean };
type Prefixed<Prefix extends string, T> = { [Name in keyof T & string as `${Prefix}:${Name}`]?: T[Name] };
type Own<T extends KitElements[keyof KitElements]> = T['attributes'] &
  T['properties'] &
  Prefixed<'attr', T['attributes']> &
  Prefixed<'prop', T['properties']> & {
    [Name in keyof T['events'] & string as `on:${Name}`]?: Listener<T['events'][Name]>;
  };

type Tags = {
  [Tag in keyof KitElements]: Own<KitElements[Tag]> &
    Omit<SolidJSX.HTMLAttributes<KitElements[Tag]['element']>, keyof Own<KitElements[Tag]>>;
};

declare module 'solid-js' {
  namespace JSX {
    interface IntrinsicElements extends Tags {}
  }
}
