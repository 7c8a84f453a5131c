import { fileURLToPath } from 'node:url';

/** Where the apps are; one `npm install` there serves them all. */
export const appsRoot = fileURLToPath(new URL('../../demo/frameworks', import.meta.url));

/** An app, by its folder. */
export interface App {
  readonly name: string;
  /** What its heading begins with. */
  readonly heading: string;
  /** It can be asked by `?late` to register the elements after they are in the page. */
  readonly canBeLate: boolean;
}

export const apps: readonly App[] = [
  { name: 'html', heading: 'HTML', canBeLate: true },
  { name: 'react-18', heading: 'React 18', canBeLate: false },
  { name: 'react-19', heading: 'React 19', canBeLate: false },
  { name: 'vue', heading: 'Vue 3', canBeLate: true },
  { name: 'svelte', heading: 'Svelte 5', canBeLate: true },
  { name: 'angular', heading: 'Angular 21', canBeLate: true },
  { name: 'solid', heading: 'Solid', canBeLate: true },
];
