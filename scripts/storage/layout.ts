import { join } from 'node:path';
import { fileURLToPath } from 'node:url';

export const repository = fileURLToPath(new URL('../..', import.meta.url));

export const packageFolder = join(repository, 'packages', 'storage');

/** Where the built pieces go unless another folder is named. */
export const outputFolder = join(repository, 'dist', 'storage');
