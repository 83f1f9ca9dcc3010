import { stat } from 'node:fs/promises';
import { join } from 'node:path';
import { build } from 'esbuild';
import { repository } from './layout.ts';

/** What a bundle may weigh; it is read and compiled at every start of a Pod. */
export const MAX_BUNDLE_BYTES = 1_000_000;

/**
 * The whole executable with everything that it imports in one file. Providers stay lazy: their code is in the file and is
 * evaluated when its scheme is asked for. `module` for `node FILE`; `script` for a single executable, whose entry cannot be a module.
 */
export async function bundleStorage(outfile: string, form: 'module' | 'script'): Promise<{ bytes: number }> {
  await build({
    entryPoints: [join(repository, 'packages/storage/src/main.ts')],
    outfile,
    bundle: true,
    platform: 'node',
    target: 'node24',
    minify: true,
    conditions: ['@serval/source'],
    legalComments: 'none',
    logLevel: 'warning',
    ...(form === 'module'
      ? {
          format: 'esm',
          // Libraries in CommonJS ask for built-in modules by `require`.
          banner: { js: "import{createRequire}from'node:module';const require=createRequire(import.meta.url);" },
        }
      : // A single executable has no loader for `import()`; all that is left of it are built-in modules.
        { format: 'cjs', supported: { 'dynamic-import': false } }),
  });
  const { size } = await stat(outfile);
  if (size > MAX_BUNDLE_BYTES) throw new Error(`${outfile} has ${size} bytes, the limit is ${MAX_BUNDLE_BYTES}`);
  return { bytes: size };
}
