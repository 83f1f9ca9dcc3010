import { type KubeObject, parseApiVersion } from '@serval/kube/objects';
import { checkSchemaOf, kindOf } from '../check/kind-of.ts';
import type { KindVersion } from '../crd/kind-version.ts';
import { lostInConversionAnnotation, readLostParts, writeLostParts } from './annotation.ts';
import { withFittingParts } from './fitting-parts.ts';
import { findLostParts } from './lost-parts.ts';

/** An object that cannot be told in another version. */
export class ConversionError extends Error {
  override readonly name = 'ConversionError';
}

/** apimachinery, TotalAnnotationSizeLimitB. */
const maxAnnotationBytes = 256 * 1024;

/**
 * The object in another version of its kind, as a new object. Nothing is lost: converting the answer back gives an equal object, as what the other
 * version has no place for travels in the annotation `platform.serval.dev/lost-in-conversion`. Of metadata, only annotations change.
 *
 * @throws ConversionError for kinds and versions that are not Serval's, and where the annotations become larger than API servers take.
 */
export function convertObject(object: KubeObject, desiredApiVersion: string): KubeObject {
  if (object.apiVersion === desiredApiVersion) return structuredClone(object);
  const [from, to] = [kindOrThrow(object.apiVersion, object.kind), kindOrThrow(desiredApiVersion, object.kind)];
  try {
    return converted(structuredClone(object), from, to);
  } catch (error) {
    if (!(error instanceof RangeError)) throw error;
    throw new ConversionError(`${nameOf(object)} cannot be told in ${desiredApiVersion}: it is nested too deep`);
  }
}

function converted(source: KubeObject, from: KindVersion, to: KindVersion): KubeObject {
  const stored = takeAnnotation(source);
  const annotations = [from, to].flatMap(({ conversion }) => conversion?.annotations ?? []);
  const parts = readLostParts(stored, to.resource.version, annotations);
  const result = withFittingParts(mapped(source, from, to), parts, checkSchemaOf(to));
  const lost = findLostParts(source, mapped(result, to, from));
  if (lost.length > 0) annotate(result, writeLostParts(from.resource.version, lost));
  return result;
}

function kindOrThrow(apiVersion: string, kind: string): KindVersion {
  const found = kindOf(apiVersion, kind);
  if (!found) throw new ConversionError(`${kind} is not known in ${apiVersion}`);
  return found;
}

/** Through the version that is stored, which needs no conversion of its own. */
function mapped(object: KubeObject, from: KindVersion, to: KindVersion): KubeObject {
  const result = structuredClone(object);
  from.conversion?.toHub(result);
  to.conversion?.fromHub(result);
  const { group } = parseApiVersion(object.apiVersion);
  result.apiVersion = `${group}/${to.resource.version}`;
  return result;
}

function takeAnnotation({ metadata }: KubeObject): string | undefined {
  const text = metadata.annotations?.[lostInConversionAnnotation];
  if (metadata.annotations && text !== undefined) {
    delete metadata.annotations[lostInConversionAnnotation];
    if (Object.keys(metadata.annotations).length === 0) delete metadata.annotations;
  }
  return typeof text === 'string' ? text : undefined;
}

function annotate(object: KubeObject, text: string): void {
  const annotations = { ...object.metadata.annotations, [lostInConversionAnnotation]: text };
  const bytes = byteLength(Object.entries(annotations).flat().join(''));
  if (bytes > maxAnnotationBytes) {
    throw new ConversionError(
      `${nameOf(object)} cannot be told in ${object.apiVersion}: what that version has no place for takes the annotations to ${bytes} bytes, and ${maxAnnotationBytes} is the most; use the version that is stored`,
    );
  }
  object.metadata.annotations = annotations;
}

function nameOf({ kind, metadata: { namespace, name = '' } }: KubeObject): string {
  return `${kind} ${namespace ? `${namespace}/` : ''}${name}`;
}

function byteLength(text: string): number {
  return new TextEncoder().encode(text).byteLength;
}
