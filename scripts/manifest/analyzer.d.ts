/** The analyzer's own types leave out the call that answers a manifest. */
declare module '@custom-elements-manifest/analyzer/cli.js' {
  export function cli(options: {
    readonly argv: readonly string[];
    readonly cwd: string;
    readonly noWrite: boolean;
  }): Promise<import('./schema.js').Manifest>;
}
