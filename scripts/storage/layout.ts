import { join } from 'node:path';
import { repository } from '../build/bundle.ts';

export const packageFolder = join(repository, 'packages', 'storage');

/** Where the built pieces go unless another folder is named. */
export const outputFolder = join(repository, 'dist', 'storage');
