import { readdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { AnyObject } from '@serval/kube/objects';
import {
  boolYaml11Tag,
  FAILSAFE_SCHEMA,
  floatYaml11Tag,
  intYaml11Tag,
  loadAll,
  mergeTag,
  nullYaml11Tag,
} from 'js-yaml';

/** YAML as kubectl reads it, near enough for manifests. */
const yaml11 = FAILSAFE_SCHEMA.withTags(nullYaml11Tag, boolYaml11Tag, intYaml11Tag, floatYaml11Tag, mergeTag);

export interface Manifest {
  readonly file: string;
  /** The objects of all documents; undefined where the file is no YAML, or a tree without end. */
  readonly objects: AnyObject[] | undefined;
}

/** All manifests of a folder and the folders below. */
export async function readManifests(folder: string): Promise<Manifest[]> {
  const names = (await readdir(folder, { recursive: true })).filter((name) => name.endsWith('.yaml')).sort();
  return Promise.all(names.map(async (file) => ({ file, objects: parse(await readFile(join(folder, file), 'utf8')) })));
}

function parse(text: string): AnyObject[] | undefined {
  try {
    const documents = loadAll(text, { schema: yaml11, maxAliases: 20 }).filter((document) => document !== null);
    return JSON.parse(JSON.stringify(documents)) as AnyObject[];
  } catch {
    return undefined;
  }
}
