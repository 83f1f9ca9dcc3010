import { stat } from 'node:fs/promises';
import { join } from 'node:path';
import { asModule, bundle } from '../build/bundle.ts';
import type { Program } from '../build/root-file-system.ts';

/** What a bundle may weigh; it is read and compiled at every start of a Pod. */
export const MAX_BUNDLE_BYTES = 1_000_000;

/**
 * The whole executable in one file. Providers stay lazy: their code is in the file and is evaluated when its scheme is asked for.
 * `module` for `node FILE`; `script` for a single executable, whose entry cannot be a module.
 */
export async function bundleStorage(outfile: string, form: 'module' | 'script'): Promise<{ bytes: number }> {
  await bundle('packages/storage/src/main.ts', {
    outfile,
    // A single executable has no loader for `import()`; all that is left of it are built-in modules.
    ...(form === 'module' ? asModule : { format: 'cjs', supported: { 'dynamic-import': false } }),
  });
  const { size } = await stat(outfile);
  if (size > MAX_BUNDLE_BYTES) throw new Error(`${outfile} has ${size} bytes, the limit is ${MAX_BUNDLE_BYTES}`);
  return { bytes: size };
}

/** What the initializer's image holds, with the places where models and claims are mounted. */
export const storageProgram: Program = {
  name: 'serval-storage',
  folders: ['mnt/models', 'mnt/pvc'],
  bundle: (folder) => bundleStorage(join(folder, 'serval-storage.mjs'), 'module'),
};
