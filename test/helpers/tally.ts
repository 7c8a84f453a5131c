/** How many tests passed and failed. */
export interface Tally {
  readonly passed: number;
  readonly failed: number;
}

export function sumOf(tallies: readonly Tally[]): Tally {
  const sum = (of: keyof Tally) => tallies.reduce((before, tally) => before + tally[of], 0);
  return { passed: sum('passed'), failed: sum('failed') };
}
