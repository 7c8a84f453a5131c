import { styleText } from 'node:util';

export type Colour = 'red' | 'green' | 'yellow' | 'cyan' | 'dim' | 'bold';

/** Gives a text a colour, or leaves it as it is. */
export type Paint = (colour: Colour, text: string) => string;

export const inColour: Paint = (colour, text) => styleText(colour, text);
export const plain: Paint = (_, text) => text;

/** How to paint what is written to a stream, by the terminal that it is and by `NO_COLOR` (no-color.org: whatever it says, unless it is empty). */
export function paintFor({ isTTY }: { readonly isTTY?: boolean }, { NO_COLOR }: NodeJS.ProcessEnv): Paint {
  return isTTY && !NO_COLOR ? inColour : plain;
}
