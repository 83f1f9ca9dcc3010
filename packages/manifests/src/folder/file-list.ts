import { posix } from 'node:path';
import type { FileSet } from '../file-set.ts';
import { ManifestsError } from '../manifests-error.ts';
import { generatedNote } from '../yaml/generated-file.ts';

/** Names every generated file of a folder, so that what is no longer generated can be told from what people put there. */
export const fileListName = 'generated-files.txt';

/** The files and the list of them. */
export function withFileList(files: FileSet): FileSet {
  const paths = [...files.keys(), fileListName].sort();
  return new Map([...files, [fileListName, `# ${generatedNote}\n${paths.join('\n')}\n`]]);
}

/** The paths of a list. Throws `ManifestsError` BadFolder for one that leads out of its folder: listed files are removed. */
export function parseFileList(text: string): string[] {
  const paths = text.split('\n').filter((line) => line !== '' && !line.startsWith('#'));
  for (const path of paths) {
    if (posix.isAbsolute(path) || posix.normalize(path) !== path || path.startsWith('..') || path.includes('\\')) {
      throw new ManifestsError(
        'BadFolder',
        `${fileListName} names ${JSON.stringify(path)}, which is not a path below its folder`,
      );
    }
  }
  return paths;
}
