import type * as React from 'react';
import type { KitElements } from './elements.js';

/** React 19 sets properties and listens to events. React 18 knows attributes alone, and writes what is `false` as a text. */
type IsReact19 = typeof React extends { useActionState: unknown } ? true : false;

type Attributes18<T> = { [Name in keyof T]: T[Name] extends boolean | undefined ? '' | undefined : T[Name] };
type Listeners<T> = { [Name in keyof T & string as `on${Name}`]?: (event: T[Name]) => void };
type Style = React.CSSProperties & { readonly [token: `--status-${string}`]: string | number | undefined };
type Own<T extends KitElements[keyof KitElements]> = { class?: string; style?: Style } & (IsReact19 extends true
  ? T['attributes'] & T['properties'] & Listeners<T['events']>
  : Attributes18<T['attributes']>);
type Shared<E> = React.DetailedHTMLProps<React.HTMLAttributes<E>, E>;

type Tags = {
  [Tag in keyof KitElements]: Own<KitElements[Tag]> &
    Omit<Shared<KitElements[Tag]['element']>, keyof Own<KitElements[Tag]>>;
};

declare module 'react' {
  namespace JSX {
    interface IntrinsicElements extends Tags {}
  }
}
