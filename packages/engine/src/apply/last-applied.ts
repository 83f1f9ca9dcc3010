import type { Json, JsonObject } from '@serval/kube/objects';
import { compareObjects } from './compare.ts';
import { difference, emptySet, type FieldSet } from './field-set.ts';
import { claimedFields } from './owned-fields.ts';
import type { Typed } from './shape.ts';

/** Where client-side `kubectl apply` keeps what it applied. */
const lastAppliedAnnotation = 'kubectl.kubernetes.io/last-applied-configuration';
/** All annotations of an object together may have this many bytes. */
const maxAnnotationBytes = 262_144;

/**
 * What client-side apply set and nobody changed since. Server-side `kubectl apply` may take it over without force: it is the same
 * person moving from one way to the other.
 */
export function fieldsOfLastApplied(type: Typed, live: JsonObject): FieldSet {
  const text = annotationsOf(live)?.[lastAppliedAnnotation];
  if (typeof text !== 'string' || text === '') return emptySet;
  const applied = parseObject(text);
  if (applied === undefined || applied['apiVersion'] !== live['apiVersion']) return emptySet;
  const { added, modified, removed } = compareObjects(type, applied, live);
  return difference(difference(difference(claimedFields(type, applied), modified), added), removed);
}

/** The object with the annotation telling what was applied now, where it has the annotation at all. */
export function renewLastApplied(object: JsonObject, applied: JsonObject): JsonObject {
  const annotations = annotationsOf(object);
  if (annotations?.[lastAppliedAnnotation] === undefined) return object;
  const { [lastAppliedAnnotation]: _old, ...others } = annotations;
  const text = `${JSON.stringify(withoutAnnotation(applied))}\n`;
  const next = Buffer.byteLength(text) > maxAnnotationBytes ? others : { ...others, [lastAppliedAnnotation]: text };
  return { ...object, metadata: { ...(object['metadata'] as JsonObject), annotations: next } };
}

function withoutAnnotation(applied: JsonObject): JsonObject {
  const annotations = annotationsOf(applied);
  if (annotations?.[lastAppliedAnnotation] === undefined) return applied;
  const { [lastAppliedAnnotation]: _old, ...others } = annotations;
  return { ...applied, metadata: { ...(applied['metadata'] as JsonObject), annotations: others } };
}

function annotationsOf(object: JsonObject): JsonObject | undefined {
  const metadata = object['metadata'];
  const annotations = isObject(metadata) ? metadata['annotations'] : undefined;
  return isObject(annotations) ? annotations : undefined;
}

function parseObject(text: string): JsonObject | undefined {
  try {
    const value = JSON.parse(text) as Json;
    return isObject(value) ? value : undefined;
  } catch {
    return undefined;
  }
}

function isObject(value: Json | undefined): value is JsonObject {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}
