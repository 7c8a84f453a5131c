/** A node of a syntax tree, of whatever type: what is not there is not read. */
export interface Node {
  readonly type: string;
  readonly start: number;
  readonly end: number;
  readonly tag?: { readonly name?: string };
  readonly quasi?: {
    readonly quasis: ReadonlyArray<{ readonly start: number; readonly value: { readonly raw: string } }>;
  };
  readonly source?: { readonly value?: unknown };
}

/** All nodes of a syntax tree that are of a type. */
export function* nodesOf(type: string, tree: unknown): Generator<Node> {
  if (typeof tree !== 'object' || tree === null) return;
  if ((tree as Node).type === type) yield tree as Node;
  for (const child of Object.values(tree)) yield* nodesOf(type, child);
}
