import { type AnyObject, parseApiVersion } from '@serval/kube/objects';
import { kebabCase } from '../kebab-case.ts';
import { generatedYaml } from '../yaml/generated-file.ts';
import { type Kustomization, kustomizationFile, type PatchReference } from './kustomization.ts';
import type { Stage } from './stages.ts';

/** Files below one folder, by path below `deploy/`. */
export type Files = [path: string, text: string][];

/** A folder's kustomization; `about` stands above it, one line each. */
export function kustomizationOf(folder: string, content: Kustomization, ...about: string[]): Files {
  return [[`${folder}/${kustomizationFile}`, generatedYaml(content, ...about)]];
}

/** One file per object. */
export function objectFiles(folder: string, objects: readonly AnyObject[]): Files {
  return objects.map((object) => [`${folder}/${objectFile(object)}`, generatedYaml(object)]);
}

/** `deployment-serval-operator.yaml`. */
export function objectFile({ kind, metadata }: AnyObject): string {
  return `${kebabCase(kind)}-${metadata.name}.yaml`;
}

/** The objects and patches of a component, and what its kustomization says of them. */
export function stageFiles(
  folder: string,
  { added, patches }: Stage,
): { files: Files; resources: string[]; patches: PatchReference[] } {
  return {
    files: [
      ...objectFiles(folder, added),
      ...patches.map(({ object, operations }): Files[number] => [
        `${folder}/${patchFile(object)}`,
        generatedYaml(operations),
      ]),
    ],
    resources: added.map(objectFile),
    patches: patches.map(({ object }) => ({ path: patchFile(object), target: targetOf(object) })),
  };
}

function patchFile(object: AnyObject): string {
  return `patches/${objectFile(object)}`;
}

function targetOf({ apiVersion, kind, metadata }: AnyObject): PatchReference['target'] {
  const { group, version } = parseApiVersion(apiVersion);
  return { ...(group ? { group } : {}), version, kind, name: metadata.name ?? '' };
}
