import { readdirSync, readFileSync } from 'node:fs';
import { dirname, join, relative } from 'node:path';
import { fileURLToPath } from 'node:url';

/** Which rooms a room may import; the table of docs/architecture.md, read from there so that there is only one. */
export function allowedImports(architecture: string): Map<string, string[]> {
  const allowed = new Map<string, string[]>();
  const table = architecture.split('## Rooms')[1]?.split('\n## ')[0] ?? '';
  for (const line of table.split('\n')) {
    const [room, , imports] = line
      .split('|')
      .slice(1, -1)
      .map((cell) => cell.trim());
    if (room === undefined || imports === undefined || !/^`[a-z]+`$/.test(room)) continue;
    allowed.set(
      room.slice(1, -1),
      [...imports.matchAll(/`([a-z/-]+)`/g)].map((match) => match[1] as string),
    );
  }
  return allowed;
}

/** Whether `room` may import `specifier` (`@serval/kube/objects`). `all` in the table is written as no code span. */
export function mayImport(allowed: Map<string, string[]>, room: string, specifier: string): boolean {
  const rooms = allowed.get(room);
  if (rooms === undefined) return false;
  if (room === 'cli') return true;
  const target = specifier.replace('@serval/', '');
  return target === room || rooms.some((entry) => target === entry || target.startsWith(`${entry}/`));
}

/** Every specifier that a source file imports from, static, dynamic or as a type. */
export function importsOf(source: string): string[] {
  const pattern = /(?:\bfrom\s+|\bimport\s*\(\s*|\bimport\s+|\bimport\.meta\.resolve\(\s*)['"]([^'"]+)['"]/g;
  return [...source.matchAll(pattern)].map((match) => match[1] as string);
}

function* sourceFiles(directory: string): Generator<string> {
  for (const entry of readdirSync(directory, { withFileTypes: true })) {
    if (entry.name === 'node_modules' || entry.name === 'dist' || entry.name === 'generated') continue;
    const path = join(directory, entry.name);
    if (entry.isDirectory()) yield* sourceFiles(path);
    else if (/\.(ts|js|mjs|svelte)$/.test(entry.name)) yield path;
  }
}

/** Every breach of the table in sources and manifests, and how many imports were looked at. */
export function checkImports(root: string): { problems: string[]; checked: number } {
  const allowed = allowedImports(readFileSync(join(root, 'docs/architecture.md'), 'utf8'));
  const problems: string[] = [];
  let checked = 0;
  for (const room of readdirSync(join(root, 'packages'))) {
    const directory = join(root, 'packages', room);
    if (!allowed.has(room)) problems.push(`packages/${room} has no row in docs/architecture.md`);
    const manifest = JSON.parse(readFileSync(join(directory, 'package.json'), 'utf8')) as {
      dependencies?: Record<string, string>;
    };
    const declared = Object.keys(manifest.dependencies ?? {}).filter((name) => name.startsWith('@serval/'));
    for (const name of declared) {
      const target = name.replace('@serval/', '');
      const rooms = allowed.get(room) ?? [];
      if (room !== 'cli' && !rooms.some((entry) => entry.split('/')[0] === target)) {
        problems.push(`packages/${room}/package.json depends on ${name}, which ${room} may not import`);
      }
    }
    for (const file of sourceFiles(directory)) {
      for (const specifier of importsOf(readFileSync(file, 'utf8'))) {
        checked++;
        const where = relative(root, file);
        if (specifier.startsWith('@serval/')) {
          if (!mayImport(allowed, room, specifier)) problems.push(`${where}: ${room} may not import ${specifier}`);
          const name = specifier.split('/').slice(0, 2).join('/');
          if (name !== `@serval/${room}` && !declared.includes(name)) {
            problems.push(`${where}: ${name} is not among the dependencies of packages/${room}`);
          }
        } else if (specifier.startsWith('.')) {
          if (relative(directory, join(dirname(file), specifier)).startsWith('..')) {
            problems.push(`${where}: ${specifier} leaves packages/${room}; use the package's name`);
          } else if (specifier.endsWith('.js') && file.endsWith('.ts')) {
            problems.push(`${where}: ${specifier} names a built file; write .ts`);
          }
        }
      }
    }
  }
  return { problems, checked };
}

if (process.argv[1] === fileURLToPath(import.meta.url)) {
  const { problems, checked } = checkImports(dirname(dirname(fileURLToPath(import.meta.url))));
  if (checked === 0) problems.push('no import was checked');
  for (const problem of problems) process.stdout.write(`${problem}\n`);
  process.stdout.write(`${checked} imports checked, ${problems.length} problems\n`);
  process.exitCode = problems.length === 0 ? 0 : 1;
}
