/** The seed that `SEED` names, or a new one. */
export function seedFromEnvironment(): number {
  return process.env.SEED === undefined ? Math.floor(Math.random() * 2 ** 31) : Number(process.env.SEED);
}
