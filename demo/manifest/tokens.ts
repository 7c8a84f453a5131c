import type { ElementInfo } from './elements.js';

/** A colour on light ground and on dark. */
interface Shades {
  readonly light: string;
  readonly dark: string;
}

/** A custom property that can be played with. */
export type Token = { readonly name: string; readonly description: string } & (
  | { readonly kind: 'color'; readonly start: Shades }
  | {
      readonly kind: 'length';
      readonly start: number;
      readonly min: number;
      readonly max: number;
      readonly unit: string;
    }
);

const LENGTHS: Readonly<Record<string, Omit<Extract<Token, { kind: 'length' }>, 'name' | 'description' | 'kind'>>> = {
  '--status-radius': { start: 0.5, min: 0, max: 1.5, unit: 'rem' },
  '--status-gap': { start: 0.5, min: 0.125, max: 1.25, unit: 'rem' },
  '--status-font-size': { start: 1, min: 0.75, max: 1.5, unit: 'rem' },
  '--status-indicator-size': { start: 0.75, min: 0.5, max: 1.5, unit: 'em' },
};

/** What colour fields show before one is chosen: near what the elements have by default. */
const COLORS: Readonly<Record<string, Shades>> = {
  '--status-accent': { light: '#2f5fd0', dark: '#8fb0ff' },
  '--status-success': { light: '#1a7f45', dark: '#5fcf8f' },
  '--status-warning': { light: '#9a6200', dark: '#f0b44c' },
  '--status-danger': { light: '#c02a37', dark: '#ff8a8f' },
  '--status-focus': { light: '#2f5fd0', dark: '#8fb0ff' },
  '--status-muted': { light: '#6b7080', dark: '#a2a6b3' },
  '--status-surface': { light: '#f4f4f6', dark: '#24272e' },
  '--status-border': { light: '#d8dae0', dark: '#3a3e47' },
};

const GREY: Shades = { light: '#808080', dark: '#808080' };

/** The custom properties of an element, each with the way to set it. Pure. */
export function tokensOf({ tokens }: ElementInfo): readonly Token[] {
  return tokens.map(({ name, description }) => {
    const length = LENGTHS[name];
    if (length) return { name, description, kind: 'length', ...length };
    return { name, description, kind: 'color', start: COLORS[name] ?? GREY };
  });
}

/** A token's value in CSS, as an address may carry it; `undefined` for anything else. Pure. */
export function readToken(token: Token, written: string): string | undefined {
  if (token.kind === 'color') return /^#[0-9a-f]{6}$/i.test(written) ? written : undefined;
  const number = Number(new RegExp(`^(\\d+(?:\\.\\d+)?)${token.unit}$`).exec(written)?.[1]);
  return number >= token.min && number <= token.max ? written : undefined;
}
