/** How many tests passed and failed. */
export interface Tally {
  readonly passed: number;
  readonly failed: number;
}
