import { execFileSync } from 'node:child_process';
import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, relative } from 'node:path';
import { CALLS, declarations, entries, title } from './docs/declarations.js';
import { elementsReference } from './docs/elements.js';
import { publishedManifest, root } from './manifest/published.js';

/**
 * `npm run docs`: the reference in `docs/api`, of the calls from the declarations in `dist`, and of the elements from their manifest. The generator is got for this alone:
 * it needs another version of TypeScript than the project.
 */
const GENERATOR = ['typedoc@0.28', 'typedoc-plugin-markdown@4', 'typescript@5.9'];
const OPTIONS = [
  ...['--plugin', 'typedoc-plugin-markdown', '--outputFileStrategy', 'modules', '--readme', 'none'],
  ...[
    '--hideBreadcrumbs',
    '--hidePageHeader',
    '--disableSources',
    '--sort',
    'source-order',
    '--useHTMLAnchors',
    '--expandObjects',
  ],
  ...['--excludePrivate', '--excludeInternal', '--excludeExternals', '--skipErrorChecking', '--logLevel', 'Error'],
  ...['parameters', 'interfaceProperties', 'classProperties', 'propertyMembers', 'typeDeclaration'].flatMap((what) => [
    `--${what}Format`,
    'table',
  ]),
];
const docs = join(root, 'docs/api');

const work = mkdtempSync(join(tmpdir(), 'status-messenger-docs-'));
try {
  const tsconfig = join(work, 'tsconfig.json');
  const compilerOptions = {
    ...{ target: 'es2022', module: 'nodenext', strict: true, skipLibCheck: true, lib: ['ES2023', 'DOM'] },
    ...{ types: ['node'], typeRoots: [join(root, 'node_modules/@types')] },
  };
  writeFileSync(tsconfig, JSON.stringify({ compilerOptions, include: [join(root, 'dist/**/*.d.ts')] }));
  const packages = GENERATOR.flatMap((name) => ['-p', name]);
  writeFileSync(join(root, CALLS.types), `export { ${CALLS.names.join(', ')} } from './index.js';\n`);
  const types = [CALLS.types, ...entries(root).map((entry) => entry.types)];
  const modules = types.flatMap((path) => ['--entryPoints', path]);
  const args = [...packages, 'typedoc', ...OPTIONS, ...modules, '--tsconfig', tsconfig, '--out', join(work, 'out')];
  execFileSync('npx', ['-y', ...args], { cwd: root, stdio: 'inherit' });

  rmSync(join(root, CALLS.types));
  rmSync(docs, { recursive: true, force: true });
  mkdirSync(docs, { recursive: true });
  const pages = [
    { name: 'status-messenger', made: `${modulePath(CALLS.types)}.md`, file: CALLS.file },
    ...entries(root).map(({ name, types }) => ({ name, made: `${modulePath(types)}.md`, file: title(name) })),
  ];
  for (const { name, made, file } of pages) {
    const text = readFileSync(join(work, 'out', made), 'utf8').replace(/^# .*\n/, `# ${name}\n`);
    writeFileSync(
      join(docs, file),
      text.replace(/\]\(([^)#\s]*\.md)/g, (_, path) => `](${linked(made, path)}`),
    );
  }
  writeFileSync(join(docs, 'elements.md'), elementsReference(await publishedManifest()));
  const list = [['the elements', 'elements.md'], ...pages.map(({ name, file }) => [`\`${name}\``, file])];
  const links = list.map(([name, file]) => `- [${name}](${file})\n`).join('');
  const note = `Made by \`npm run docs\` of what is published.\n\n<!-- ${declarations(root)} -->\n`;
  writeFileSync(join(docs, 'README.md'), `# Reference\n\n${links}\n${note}`);

  function linked(from: string, path: string): string {
    const target = join(from, '..', path);
    return pages.find(({ made }) => made === target)?.file ?? path;
  }
} finally {
  rmSync(join(root, CALLS.types), { force: true });
  rmSync(work, { recursive: true });
}

/** A module as the generator names it: by its path from what all of them have in common. */
function modulePath(types: string): string {
  return relative('dist', types).replace(/(\/index)?\.d\.ts$/, '');
}
