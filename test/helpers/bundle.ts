import { build } from 'rolldown';

/** A module and all that it imports as one script for a page, from the sources. */
export async function bundle(path: string): Promise<string> {
  const { output } = await build({
    input: path,
    platform: 'browser',
    resolve: {
      conditionNames: ['import', 'module', 'browser', 'production'],
      extensionAlias: { '.js': ['.ts', '.js'] },
    },
    output: { format: 'iife' },
    write: false,
  });
  return output[0].code;
}
