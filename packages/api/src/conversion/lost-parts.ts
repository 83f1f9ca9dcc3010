import { deepEqual, type Json, type KubeObject } from '@serval/kube/objects';
import { isList, isMap, ownValue, setOwn } from './json-parts.ts';
import { restoredList } from './restored-list.ts';

/** One place where an object differs from what came back of it. Lists are one place each. */
export interface LostPart {
  path: readonly string[];
  /** What is there without it; absent when nothing is. */
  was?: Json;
  /** What it was; absent when there was nothing. */
  value?: Json;
}

/** Where `back` differs from `object`; of metadata, annotations only. */
export function findLostParts(object: KubeObject, back: KubeObject): LostPart[] {
  const parts: LostPart[] = [];
  compare(convertible(object), convertible(back), [], parts);
  return parts;
}

/** The fields that a conversion may change. API servers do not tell an empty map of annotations from none. */
function convertible({ metadata, apiVersion: _version, ...rest }: KubeObject): Json {
  return { ...rest, metadata: { annotations: metadata.annotations ?? {} } } as unknown as Json;
}

function compare(value: Json | undefined, was: Json | undefined, path: string[], parts: LostPart[]): void {
  if (value === undefined ? was === undefined : was !== undefined && deepEqual(value, was)) return;
  if (!isMap(value) || !isMap(was)) {
    parts.push({ path, ...(was === undefined ? {} : { was }), ...(value === undefined ? {} : { value }) });
    return;
  }
  // In an order that does not depend on that of the fields, so that equal objects get equal annotations.
  for (const key of [...new Set([...Object.keys(value), ...Object.keys(was)])].sort()) {
    compare(ownValue(value, key), ownValue(was, key), [...path, key], parts);
  }
}

/**
 * Puts parts back into an object, which is changed. Where a place has changed meanwhile, the change wins: who edited the object in the other
 * version meant it. What the edited part has beside that is kept.
 */
export function restoreLostParts(object: KubeObject, parts: readonly LostPart[]): void {
  const { metadata } = object;
  metadata.annotations ??= {};
  for (const part of parts) restore(object as unknown as Json, part);
  if (Object.keys(metadata.annotations).length === 0) delete metadata.annotations;
}

function restore(object: Json, { path, was, value }: LostPart): void {
  let parent: Json | undefined = object;
  for (const key of path.slice(0, -1)) parent = isMap(parent) ? ownValue(parent, key) : undefined;
  const last = path.at(-1);
  if (!isMap(parent) || last === undefined) return;
  const current = ownValue(parent, last);
  if (current === undefined ? was === undefined : was !== undefined && deepEqual(current, was)) {
    setOwn(parent, last, value);
  } else if (isList(current) && isList(was) && isList(value)) {
    setOwn(parent, last, restoredList({ current, was, value }, mergedItem));
  }
}

/** An item that was edited in the other version, with what that version has no place for. */
function mergedItem(current: Json, was: Json, value: Json): Json {
  const parts: LostPart[] = [];
  compare(value, was, [], parts);
  const result = structuredClone(current);
  for (const part of parts) restore(result, part);
  return result;
}
