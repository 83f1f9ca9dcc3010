import type { Json } from '@serval/kube/objects';
import { isDeeper, isMap } from './json-parts.ts';
import type { LostPart } from './lost-parts.ts';

/** On a converted object: what its version has no place for, so that converting it back loses nothing. */
export const lostInConversionAnnotation = 'platform.serval.dev/lost-in-conversion';

interface LostParts {
  /** The version that has these parts. */
  version: string;
  parts: LostPart[];
}

/** API servers nest no deeper than 10,000; what a person wrote does not come near this. */
const maxDepth = 500;

/** Equal parts give equal texts: else an update that changes nothing would look like one that changes the annotation. */
export function writeLostParts(version: string, parts: LostPart[]): string {
  return JSON.stringify({ version, parts } satisfies LostParts, (_key, value: Json) =>
    isMap(value) ? Object.fromEntries(Object.entries(value).sort(([one], [other]) => (one < other ? -1 : 1))) : value,
  );
}

/**
 * What the annotation holds for `version`. Anything that we did not write for it is as if it were not there: people can write the annotation too,
 * and a conversion changes nothing but spec, status and the annotations it names.
 */
export function readLostParts(text: string | undefined, version: string, annotations: readonly string[]): LostPart[] {
  if (text === undefined) return [];
  let read: Partial<LostParts> | null;
  try {
    read = JSON.parse(text) as Partial<LostParts> | null;
  } catch {
    return [];
  }
  if (read?.version !== version || !Array.isArray(read.parts)) return [];
  if (isDeeper(read.parts as unknown as Json, maxDepth)) return [];
  return read.parts.every((part) => isPart(part, annotations)) ? read.parts : [];
}

function isPart(part: unknown, annotations: readonly string[]): part is LostPart {
  const { path, value } = (part ?? {}) as Partial<LostPart>;
  if (!Array.isArray(path) || path.length < 2 || !path.every((key) => typeof key === 'string')) return false;
  const [first, second, name, ...rest] = path as string[];
  if (first === 'spec' || first === 'status') return true;
  // One annotation of another type would make API servers refuse the answer, and with it every list that the object is in.
  const isAnnotation = first === 'metadata' && second === 'annotations' && name !== undefined && rest.length === 0;
  return isAnnotation && annotations.includes(name) && (value === undefined || typeof value === 'string');
}
