import { posix } from 'node:path';
import { type AnyObject, applyJsonPatch, type Json } from '@serval/kube/objects';
import type { FileSet } from '../file-set.ts';
import { ManifestsError } from '../manifests-error.ts';
import { objectKey } from '../objects/object-key.ts';
import { parseObjects, parseYaml } from '../yaml/parse-yaml.ts';
import { inApplyOrder } from './apply-order.ts';
import {
  type Kustomization,
  kustomizationFile,
  type PatchReference,
  readKustomization,
  unsupported,
} from './kustomization.ts';
import { moveToNamespace } from './namespace.ts';
import { replaceFields } from './replacements.ts';

/**
 * What `kubectl kustomize FOLDER` would print, as parsed objects, in an order in which they can be applied. Handles exactly what
 * `Kustomization` names and `deploy/kustomize` uses.
 *
 * Steps per kustomization, as Kustomize takes them: resources, components (each with its own patches), then patches, the
 * namespace, and transformers.
 *
 * @throws ManifestsError where a file is missing, not as expected, or uses what is not handled.
 */
export function renderKustomization(files: FileSet, folder: string): AnyObject[] {
  return inApplyOrder(accumulate(files, posix.normalize(folder), [], []));
}

function accumulate(files: FileSet, folder: string, earlier: AnyObject[], path: readonly string[]): AnyObject[] {
  if (path.includes(folder))
    throw new ManifestsError('BadKustomization', `${folder} includes itself: ${path.join(' → ')}`);
  const way = [...path, folder];
  const kustomization = readKustomization(files, folder);
  // A component starts with what was gathered before it, all else with nothing.
  let objects = kustomization.kind === 'Component' ? earlier : [];
  for (const entry of kustomization.resources ?? []) {
    const at = posix.join(folder, entry);
    const found = posix.extname(at) === '.yaml' ? readObjects(files, at) : accumulate(files, at, [], way);
    objects = joined(objects, found, at);
  }
  for (const entry of kustomization.components ?? []) {
    const at = posix.join(folder, entry);
    if (readKustomization(files, at).kind !== 'Component') throw unsupported(`${at} as a component`);
    objects = accumulate(files, at, objects, way);
  }
  return transformed(files, folder, kustomization, objects);
}

function transformed(files: FileSet, folder: string, kustomization: Kustomization, objects: AnyObject[]): AnyObject[] {
  const { patches = [], namespace, transformers = [] } = kustomization;
  let result = objects;
  for (const patch of patches) result = patched(files, folder, patch, result);
  if (namespace) result = moveToNamespace(result, namespace);
  for (const entry of transformers) {
    for (const transformer of transformersOf(files, posix.join(folder, entry)))
      result = replaceFields(result, transformer);
  }
  return result;
}

function readObjects(files: FileSet, path: string): AnyObject[] {
  return parseObjects(readFile(files, path), path);
}

/** A folder of transformers lists files only. */
function transformersOf(files: FileSet, folder: string): AnyObject[] {
  const { resources = [], ...others } = readKustomization(files, folder);
  for (const field of Object.keys(others)) {
    if (field !== 'apiVersion' && field !== 'kind')
      throw unsupported(`${folder}/${kustomizationFile}: ${field} beside transformers`);
  }
  return resources.flatMap((entry) => readObjects(files, posix.join(folder, entry)));
}

function readFile(files: FileSet, path: string): string {
  const text = files.get(path);
  if (text === undefined)
    throw new ManifestsError('BadKustomization', `${path} is named by a kustomization, but is not there`);
  return text;
}

/** Kustomize refuses the same object twice, and so do we. */
function joined(objects: AnyObject[], added: AnyObject[], where: string): AnyObject[] {
  const known = new Set(objects.map(objectKey));
  const twice = added.find((object) => known.has(objectKey(object)));
  if (twice) throw new ManifestsError('BadKustomization', `${where} adds ${objectKey(twice)}, which is there already`);
  return [...objects, ...added];
}

/** A patch whose object is not there changes nothing, as with Kustomize: definitions may be installed by somebody else. */
function patched(files: FileSet, folder: string, { path, target }: PatchReference, objects: AnyObject[]): AnyObject[] {
  const at = posix.join(folder, path);
  const [operations] = parseYaml(readFile(files, at), at);
  const apiVersion = target.group ? `${target.group}/${target.version}` : target.version;
  return objects.map((object) => {
    const isTarget = object.kind === target.kind && object.metadata.name === target.name;
    if (!isTarget || object.apiVersion !== apiVersion) return object;
    try {
      return applyJsonPatch(object as unknown as Json, operations) as unknown as AnyObject;
    } catch (cause) {
      throw new ManifestsError('BadKustomization', `${at} cannot be applied to ${objectKey(object)}`, { cause });
    }
  });
}
