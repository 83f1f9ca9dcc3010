import { deepEqual, type Json, type KubeObject } from '@serval/kube/objects';

/** On a converted object: what its version has no place for, so that converting it back loses nothing. */
export const lostInConversionAnnotation = 'platform.serval.dev/lost-in-conversion';

/** One place where an object differs from what came back of it. */
interface LostPart {
  /** Keys of objects and indices of lists. */
  path: (string | number)[];
  /** What is there without it; absent when nothing is. */
  was?: Json;
  /** What it was; absent when there was nothing. */
  value?: Json;
}
interface LostParts {
  /** The version that has these parts. */
  version: string;
  parts: LostPart[];
}

/** More parts than any object has whose fields a person wrote. */
const maxParts = 10_000;
const maxPathLength = 100;

/** Where `back` differs from `object`; of metadata, annotations only. */
export function findLostParts(object: KubeObject, back: KubeObject): LostPart[] {
  const parts: LostPart[] = [];
  compare(plain(object), plain(back), [], parts);
  return parts;
}

/** The fields that a conversion may change. */
function plain({ metadata, apiVersion: _version, ...rest }: KubeObject): Json {
  const { annotations } = metadata;
  return { ...rest, metadata: annotations === undefined ? {} : { annotations } } as unknown as Json;
}

function compare(value: Json | undefined, was: Json | undefined, path: (string | number)[], parts: LostPart[]): void {
  if (value !== undefined && was !== undefined && deepEqual(value, was)) return;
  if (value === undefined && was === undefined) return;
  if (isObject(value) && isObject(was)) {
    for (const key of new Set([...Object.keys(value), ...Object.keys(was)])) {
      compare(ownValue(value, key), ownValue(was, key), [...path, key], parts);
    }
  } else if (Array.isArray(value) && Array.isArray(was) && value.length === was.length) {
    value.forEach((item, index) => {
      compare(item, was[index], [...path, index], parts);
    });
  } else {
    parts.push({ path, ...(was === undefined ? {} : { was }), ...(value === undefined ? {} : { value }) });
  }
}

/**
 * Puts parts back into an object, which is changed. A part whose place has changed meanwhile stays out: who edited the object in the other
 * version meant it.
 */
export function restoreLostParts(object: KubeObject, parts: readonly LostPart[]): void {
  for (const part of parts) restore(object as unknown as Json, part);
}

function restore(object: Json, { path, was, value }: LostPart): void {
  let parent: Json | undefined = object;
  for (const key of path.slice(0, -1)) parent = childOf(parent, key);
  const last = path.at(-1) as string | number;
  const current = childOf(parent, last);
  if (was === undefined ? current !== undefined : current === undefined || !deepEqual(current, was)) return;
  if (Array.isArray(parent)) {
    if (typeof last === 'number' && value !== undefined && last < parent.length) parent[last] = value;
  } else if (isObject(parent) && typeof last === 'string') {
    if (value === undefined) delete parent[last];
    else parent[last] = value;
  }
}

function childOf(parent: Json | undefined, key: string | number): Json | undefined {
  if (Array.isArray(parent)) return typeof key === 'number' ? parent[key] : undefined;
  return isObject(parent) && typeof key === 'string' ? ownValue(parent, key) : undefined;
}

function ownValue(object: Record<string, Json | undefined>, key: string): Json | undefined {
  return Object.hasOwn(object, key) ? object[key] : undefined;
}

function isObject(value: Json | undefined): value is { [key: string]: Json } {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

/** What the annotation holds for `version`. Anything that we did not write for it is as if it were not there. */
export function readLostParts(text: string | undefined, version: string): LostPart[] {
  if (text === undefined) return [];
  let read: Partial<LostParts> | null;
  try {
    read = JSON.parse(text) as Partial<LostParts> | null;
  } catch {
    return [];
  }
  if (read?.version !== version || !Array.isArray(read.parts) || read.parts.length > maxParts) return [];
  return read.parts.every(isPart) ? read.parts : [];
}

function isPart(part: unknown): part is LostPart {
  const path = (part as Partial<LostPart> | null)?.path;
  return (
    Array.isArray(path) &&
    path.length > 1 &&
    path.length <= maxPathLength &&
    path.every(
      (key) => (typeof key === 'string' && key !== '__proto__') || (Number.isInteger(key) && (key as number) >= 0),
    ) &&
    // A conversion changes nothing else, and nobody may make it do so.
    (path[0] === 'spec' || path[0] === 'status' || (path[0] === 'metadata' && path[1] === 'annotations'))
  );
}
