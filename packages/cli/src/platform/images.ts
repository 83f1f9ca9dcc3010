import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { createImageCatalogue, type ImageCatalogue, parseImageEntries } from '@serval/node';
import { load } from 'js-yaml';
import { programOf } from './programs.ts';

/** Serval's own images as programs of this installation, and the user's of `<data-dir>/images.yaml`. */
export async function loadImageCatalogue(dataDir: string): Promise<ImageCatalogue> {
  const env = {
    NODE_COMPILE_CACHE: join(dataDir, 'cache', 'compile'),
    // Our programs read the proxy variables themselves where they need them; Node would load its fetch for them at each start.
    NODE_USE_ENV_PROXY: '0',
  };
  const own = [
    ['serval/model-server', '@serval/server/main'],
    ['serval/storage-initializer', '@serval/storage/main'],
    ['serval/model-store', '@serval/storage/model-store'],
  ].map(([match = '', program = '']) => ({ match, command: programOf(program).command, env }));
  const path = join(dataDir, 'images.yaml');
  const text = await readFile(path, 'utf8').catch((error: NodeJS.ErrnoException) => {
    if (error.code === 'ENOENT') return undefined;
    throw error;
  });
  return createImageCatalogue([...(text === undefined ? [] : parseImageEntries(load(text), path)), ...own]);
}
