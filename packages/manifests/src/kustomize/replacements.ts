import type { AnyObject } from '@serval/kube/objects';
import { ManifestsError } from '../manifests-error.ts';
import { unsupported } from './kustomization.ts';

/** The part of Kustomize's replacements that is written: one field of one object, into one segment of fields of others. */
export interface Replacement {
  readonly source: { readonly kind: string; readonly name: string; readonly fieldPath: string };
  readonly targets: readonly ReplacementTarget[];
}
export interface ReplacementTarget {
  readonly select: { readonly kind: string; readonly name: string };
  readonly fieldPaths: readonly string[];
  /** The segment `index` of the text between `delimiter`s is replaced. */
  readonly options: { readonly delimiter: string; readonly index: number };
}

/** A `ReplacementTransformer`, as a kustomization's `transformers` lists them. */
export function replacementTransformer(name: string, replacements: readonly Replacement[]): AnyObject {
  return { apiVersion: 'builtin', kind: 'ReplacementTransformer', metadata: { name }, replacements: [...replacements] };
}

/**
 * Carries out a `ReplacementTransformer`.
 *
 * @throws ManifestsError where the source or a field is missing, as Kustomize does, or where the transformer is of another kind.
 */
export function replaceFields(objects: readonly AnyObject[], transformer: AnyObject): AnyObject[] {
  const { apiVersion, kind, metadata, replacements, ...others } = transformer;
  if (apiVersion !== 'builtin' || kind !== 'ReplacementTransformer' || Object.keys(others).length > 0) {
    throw unsupported(`transformer ${kind} ${metadata.name}`);
  }
  return (replacements as Replacement[]).reduce(applyReplacement, [...objects]);
}

function applyReplacement(objects: AnyObject[], { source, targets }: Replacement): AnyObject[] {
  const from = objects.find(({ kind, metadata }) => kind === source.kind && metadata.name === source.name);
  const value = from ? fieldAt(from, splitFieldPath(source.fieldPath)) : undefined;
  if (typeof value !== 'string') {
    throw new ManifestsError(
      'BadKustomization',
      `a replacement reads ${source.fieldPath} of ${source.kind} ${source.name}, which is not there`,
    );
  }
  return objects.map((object) =>
    targets
      .filter(({ select }) => select.kind === object.kind && select.name === object.metadata.name)
      .flatMap(({ fieldPaths, options }) => fieldPaths.map((path) => ({ path: splitFieldPath(path), options })))
      .reduce((changed, { path, options }) => replaceAt(changed, path, options, value) as AnyObject, object),
  );
}

/** `metadata.annotations.[cert-manager.io/inject-ca-from]`: brackets hold names that contain dots. */
function splitFieldPath(path: string): string[] {
  return [...path.matchAll(/\[([^\]]+)\]|[^.[\]]+/g)].map(([whole, bracketed]) => bracketed ?? whole);
}

function fieldAt(value: unknown, path: readonly string[]): unknown {
  return path.reduce<unknown>((parent, field) => (parent as Record<string, unknown> | undefined)?.[field], value);
}

function replaceAt(
  node: unknown,
  path: readonly string[],
  options: ReplacementTarget['options'],
  value: string,
): unknown {
  const [field, ...rest] = path;
  if (field === undefined) return replaceSegment(node, options, value);
  if (Array.isArray(node)) {
    const items: unknown[] = node;
    if (field === '*') return items.map((item) => replaceAt(item, rest, options, value));
    return items.map((item, index) => (String(index) === field ? replaceAt(item, rest, options, value) : item));
  }
  if (typeof node !== 'object' || node === null || !Object.hasOwn(node, field)) {
    throw new ManifestsError('BadKustomization', `a replacement writes ${path.join('.')}, which is not there`);
  }
  return { ...node, [field]: replaceAt((node as Record<string, unknown>)[field], rest, options, value) };
}

function replaceSegment(text: unknown, { delimiter, index }: ReplacementTarget['options'], value: string): string {
  const segments = String(text).split(delimiter);
  if (index >= segments.length) {
    throw new ManifestsError('BadKustomization', `a replacement writes part ${index} of ${JSON.stringify(text)}`);
  }
  return segments.with(index, value).join(delimiter);
}
