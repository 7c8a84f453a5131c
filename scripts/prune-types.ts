import { readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { dirname, join, relative } from 'node:path';

/** Keeps the declarations that no entry of the package leads to out of what is published. They stay where they are: the compiler needs them for its next build. */
function main(root: string): void {
  const dist = join(root, 'dist');
  const declarations = readdirSync(dist, { recursive: true, encoding: 'utf8' }).filter((file) =>
    file.endsWith('.d.ts'),
  );
  const needed = new Set<string>();
  for (const pattern of typesOf(root)) {
    const [start = '', end = ''] = pattern.split('*');
    for (const file of declarations) if (file.startsWith(start) && file.endsWith(end)) visit(join(dist, file), needed);
  }
  const others = declarations.filter((file) => !needed.has(join(dist, file)));
  writeFileSync(join(dist, '.npmignore'), others.map((file) => `/${file}\n`).join(''));
}

/** The declarations of the entries, from within `dist`; those of several entries with their `*`. */
function typesOf(root: string): string[] {
  const { exports } = JSON.parse(readFileSync(join(root, 'package.json'), 'utf8')) as {
    readonly exports: { readonly [entry: string]: string | { readonly types?: string } };
  };
  return Object.values(exports).flatMap((entry) =>
    typeof entry === 'string' || !entry.types ? [] : [relative('dist', entry.types)],
  );
}

/** Adds a declaration, and all that it leads to. */
function visit(file: string, seen: Set<string>): void {
  if (seen.has(file)) return;
  seen.add(file);
  for (const [, path] of readFileSync(file, 'utf8').matchAll(
    /(?:\bfrom|\bimport|\bimport\() ?['"](\.[^'"]+)\.js['"]/g,
  )) {
    visit(join(dirname(file), `${path}.d.ts`), seen);
  }
}

main(process.cwd());
