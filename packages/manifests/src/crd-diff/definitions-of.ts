import { posix } from 'node:path';
import { type CustomResourceDefinition, customResourceDefinitions } from '@serval/api';
import type { FileSet } from '../file-set.ts';
import { parseObjects } from '../yaml/parse-yaml.ts';

/**
 * The definitions among files of YAML or JSON, by the folder that they stand in, so that bundles of the same definitions are kept
 * apart. Other objects, and files that hold no objects, are left aside. Throws `ManifestsError` BadYaml.
 */
export function definitionsByFolder(files: FileSet): Map<string, CustomResourceDefinition[]> {
  const folders = new Map<string, CustomResourceDefinition[]>();
  for (const [path, text] of files) {
    if (!/\.(ya?ml|json)$/.test(path) || posix.basename(path).startsWith('kustomization.')) continue;
    // Far quicker than reading all YAML of a folder that holds much else.
    if (!text.includes(customResourceDefinitions.kind)) continue;
    const found = parseObjects(text, path).filter(({ kind }) => kind === customResourceDefinitions.kind);
    if (found.length === 0) continue;
    const folder = posix.dirname(path);
    folders.set(folder, [...(folders.get(folder) ?? []), ...(found as unknown as CustomResourceDefinition[])]);
  }
  return folders;
}

/** Definitions on both sides that are to be compared. */
export interface ComparedDefinitions {
  /** `full`; empty where the sides hold one bundle each. */
  readonly bundle: string;
  readonly before: CustomResourceDefinition[];
  readonly after: CustomResourceDefinition[];
}

/**
 * Bundles with their counterparts: by the name of their folder where both sides have several. One bundle on one side is compared with the
 * bundle of the same name, or else with the one that tells most, on the other.
 */
export function pairBundles(before: FileSet, after: FileSet): ComparedDefinitions[] {
  const [olds, news] = [byBundle(before), byBundle(after)];
  const shared = [...olds.keys()].filter((name) => news.has(name));
  if (shared.length > 0)
    return shared.map((bundle) => ({ bundle, before: olds.get(bundle) ?? [], after: news.get(bundle) ?? [] }));
  return [{ bundle: '', before: most(olds), after: most(news) }];
}

function byBundle(files: FileSet): Map<string, CustomResourceDefinition[]> {
  return new Map([...definitionsByFolder(files)].map(([folder, crds]) => [posix.basename(folder), crds]));
}

function most(bundles: Map<string, CustomResourceDefinition[]>): CustomResourceDefinition[] {
  return bundles.get('full') ?? [...bundles.values()].flat();
}
