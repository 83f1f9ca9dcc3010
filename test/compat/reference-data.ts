import { existsSync } from 'node:fs';
import { readdir, readFile } from 'node:fs/promises';
import { join, resolve } from 'node:path';
import type { CustomResourceDefinition } from '@serval/api';
import type { KubeObject } from '@serval/kube/objects';
import type { StructuralSchema } from '@serval/kube/schema';
import { load } from 'js-yaml';

const repository = resolve(import.meta.dirname, '../..');

/** Released definitions, KServe's unless told otherwise, one folder per release; undefined where there are none. */
export function referenceFolder(
  env: NodeJS.ProcessEnv,
  part: 'kserve-crds' | 'gateway-api-crds' = 'kserve-crds',
): string | undefined {
  const folder = resolve(repository, env['SERVAL_REFERENCE_DATA'] ?? '../shared/data', part);
  return existsSync(folder) ? folder : undefined;
}

/** Releases in the folder, oldest first. */
export async function releasesIn(folder: string): Promise<string[]> {
  const names = await readdir(folder);
  return names.sort((a, b) => a.localeCompare(b, 'en', { numeric: true }));
}

/** The definitions of one release. Files without versions are patches of others (a conversion stanza), and left out. */
export async function definitionsOf(folder: string, release: string): Promise<CustomResourceDefinition[]> {
  const files = (await readdir(join(folder, release))).filter((name) => name.endsWith('.yaml')).sort();
  const definitions: CustomResourceDefinition[] = [];
  for (const file of files) {
    const object = load(await readFile(join(folder, release, file), 'utf8')) as Partial<CustomResourceDefinition>;
    if (object.spec?.versions) definitions.push(object as CustomResourceDefinition);
  }
  return definitions;
}

/** The schema of an object's kind and version, where the definitions have it. */
export function schemaIn(
  definitions: readonly CustomResourceDefinition[],
  { apiVersion, kind }: Pick<KubeObject, 'apiVersion' | 'kind'>,
): StructuralSchema | undefined {
  const crd = definitions.find(({ spec }) => spec.names.kind === kind);
  return crd?.spec.versions.find(({ name }) => `${crd.spec.group}/${name}` === apiVersion)?.schema.openAPIV3Schema;
}
