import { rm } from 'node:fs/promises';
import { basename, join, resolve } from 'node:path';
import { fileURLToPath } from 'node:url';
import { type BuildOptions, build, type Metafile } from 'esbuild';

export const repository = fileURLToPath(new URL('../..', import.meta.url));

/**
 * A program of the repository with everything that it imports, as plain JavaScript.
 *
 * @returns the files that were written, by path.
 */
export async function bundle(
  entry: string,
  options: BuildOptions,
): Promise<Map<string, Pick<Metafile['outputs'][string], 'bytes' | 'imports'>>> {
  const { metafile } = await build({
    entryPoints: [join(repository, entry)],
    bundle: true,
    platform: 'node',
    target: 'node24',
    minify: true,
    conditions: ['@serval/source'],
    legalComments: 'none',
    logLevel: 'warning',
    ...options,
    absPaths: ['metafile'],
    metafile: true,
  });
  return new Map(Object.entries(metafile.outputs));
}

/**
 * A program as files in a folder of its own, which is emptied before. What it imports only when it is needed is in files of its own.
 *
 * @returns what to run, the bytes of all files, and of those that are read at every start.
 */
export async function bundleFolder(
  entry: string,
  folder: string,
): Promise<{ main: string; bytes: number; eager: number }> {
  const outdir = resolve(folder);
  // Names change with the content, and files of an earlier build would stay.
  await rm(outdir, { recursive: true, force: true });
  const outputs = await bundle(entry, { outdir, outExtension: { '.js': '.mjs' }, splitting: true, ...asModule });
  const main = join(outdir, basename(entry).replace(/\.ts$/, '.mjs'));
  const reads = new Set([main]);
  for (const path of reads) {
    for (const { path: next, kind } of outputs.get(path)?.imports ?? []) {
      if (kind === 'import-statement') reads.add(next);
    }
  }
  const sizeOf = (paths: Iterable<string>) =>
    [...paths].reduce((sum, path) => sum + (outputs.get(path)?.bytes ?? 0), 0);
  return { main, bytes: sizeOf(outputs.keys()), eager: sizeOf(reads) };
}

/** For `node FILE`. */
export const asModule = {
  format: 'esm',
  // Libraries in CommonJS ask for built-in modules by `require`.
  banner: { js: "import{createRequire}from'node:module';const require=createRequire(import.meta.url);" },
} as const satisfies BuildOptions;
