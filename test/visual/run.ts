import { comparePictures, updatePictures } from './compare.js';

/** `npm run visual`: compares the pictures of all elements with those that are kept; with `--update` it keeps the new ones. */
async function main(args: readonly string[]): Promise<void> {
  const [option, ...more] = args;
  if ((option !== undefined && option !== '--update') || more.length > 0) {
    throw new Error(`got "${args.join(' ')}", expected --update or nothing`);
  }
  if (option === '--update') return updatePictures();
  const { failed } = await comparePictures();
  process.exitCode = failed > 0 ? 1 : 0;
}

main(process.argv.slice(2)).catch((error: unknown) => {
  console.error(error instanceof Error ? error.message : error);
  process.exitCode = 1;
});
