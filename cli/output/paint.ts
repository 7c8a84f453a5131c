/** What begins and ends each (ECMA-48, SGR). Node's own `styleText` decides by the environment itself, in each version otherwise. */
const CODES = {
  red: [31, 39],
  green: [32, 39],
  yellow: [33, 39],
  cyan: [36, 39],
  dim: [2, 22],
  bold: [1, 22],
} as const;

export type Colour = keyof typeof CODES;

/** Gives a text a colour, or leaves it as it is. */
export type Paint = (colour: Colour, text: string) => string;

const inColour: Paint = (colour, text) => {
  const [begin, end] = CODES[colour];
  return `\u001b[${begin}m${text}\u001b[${end}m`;
};
export const plain: Paint = (_, text) => text;

/** How to paint what is written to a stream, by the terminal that it is and by `NO_COLOR` (no-color.org: whatever it says, unless it is empty). */
export function paintFor({ isTTY }: { readonly isTTY?: boolean }, { NO_COLOR }: NodeJS.ProcessEnv): Paint {
  return isTTY && !NO_COLOR ? inColour : plain;
}
