import { readdir, readFile } from 'node:fs/promises';
import { basename, join } from 'node:path';
import { fileURLToPath } from 'node:url';

export const goodFolder = fileURLToPath(new URL('good', import.meta.url));
export const badFolder = fileURLToPath(new URL('bad', import.meta.url));

export interface Expectation {
  /** Empty for the document as a whole. */
  field: string;
  /** Part of the message. */
  message: string;
}

export interface BadManifest {
  file: string;
  expected: Expectation[];
}

/** Every bad manifest with what its first lines expect: `# expect: FIELD: PART OF THE MESSAGE`. */
export async function badManifests(): Promise<BadManifest[]> {
  const names = (await readdir(badFolder)).sort();
  return Promise.all(
    names.map(async (name) => {
      const text = await readFile(join(badFolder, name), 'utf8');
      const expected = [...text.matchAll(/^# expect: (.+?): (.+?)\r?$/gm)].map(([, field = '', message = '']) => ({
        field: field === '(document)' ? '' : field,
        message,
      }));
      return { file: name, expected };
    }),
  );
}

/** One object of `serval validate --json`. */
export interface JsonVerdict {
  file: string;
  line: number;
  result: string;
  errors: { field: string; message: string; line: number }[];
  warnings: string[];
}

/** The objects by the names of their files. */
export function byFile(objects: readonly JsonVerdict[]): Map<string, JsonVerdict[]> {
  return Map.groupBy(objects, ({ file }) => basename(file));
}
