/** The part of the custom-elements manifest (https://github.com/webcomponents/custom-elements-manifest) that the kit has something to say in. */
export interface Manifest {
  readonly schemaVersion: string;
  readonly readme: string;
  readonly modules: readonly Module[];
}

export interface Module {
  readonly kind: string;
  readonly path: string;
  readonly declarations: readonly Declaration[];
  readonly exports: readonly unknown[];
}

/** Something with a name and what is said of it. */
export interface Named {
  readonly name: string;
  readonly description?: string;
}

interface Type {
  readonly text: string;
}

/** Something that may come from the class above. */
export interface Inherited {
  readonly inheritedFrom?: Reference;
}

export interface Reference {
  readonly name: string;
  readonly module?: string;
  readonly package?: string;
}

export interface Attribute extends Named, Inherited {
  readonly type?: Type;
  readonly default?: string;
  readonly fieldName?: string;
}

export interface Member extends Named, Inherited {
  readonly kind: 'field' | 'method';
  readonly privacy?: 'public' | 'protected' | 'private';
  readonly static?: boolean;
  readonly readonly?: boolean;
  readonly type?: Type;
  readonly default?: string;
  readonly attribute?: string;
  readonly parameters?: ReadonlyArray<Attribute & { readonly optional?: boolean }>;
  readonly return?: { readonly type?: Type };
}

export interface Event extends Named {
  readonly type?: Type;
}

export interface CssProperty extends Named {
  readonly default?: string;
}

export interface Declaration extends Named {
  readonly kind: string;
  readonly customElement?: boolean;
  readonly tagName?: string;
  readonly superclass?: Reference;
  readonly attributes?: readonly Attribute[];
  readonly members?: readonly Member[];
  readonly events?: readonly Event[];
  readonly slots?: readonly Named[];
  readonly cssParts?: readonly Named[];
  readonly cssStates?: readonly Named[];
  readonly cssProperties?: readonly CssProperty[];
}

/** An element of the published manifest: it has all lists, and everything in them a description. */
export type ElementDeclaration = Required<Declaration>;

/** The elements of a manifest, by their tags. */
export function elementsOf(manifest: Manifest): readonly ElementDeclaration[] {
  return manifest.modules.flatMap(({ declarations }) =>
    declarations.filter((each): each is ElementDeclaration => each.tagName !== undefined),
  );
}
