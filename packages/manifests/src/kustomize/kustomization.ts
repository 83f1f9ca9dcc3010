import { posix } from 'node:path';
import { isDeepStrictEqual } from 'node:util';
import type { FileSet } from '../file-set.ts';
import { ManifestsError } from '../manifests-error.ts';
import { parseYaml } from '../yaml/parse-yaml.ts';

/**
 * The part of Kustomize that `deploy/kustomize` is made of, and that the offline render handles. Anything else is refused, in
 * kustomizations of users too: those are rendered by the real tool.
 */
export interface Kustomization {
  readonly apiVersion: string;
  readonly kind: 'Kustomization' | 'Component';
  /** Files of objects, or folders with a kustomization, below the same root. */
  readonly resources?: readonly string[];
  readonly components?: readonly string[];
  readonly namespace?: string;
  readonly patches?: readonly PatchReference[];
  /** Folders whose kustomization lists `ReplacementTransformer`s; they run after the namespace was set. */
  readonly transformers?: readonly string[];
}

/** A file of RFC 6902 operations, and the one kind and name that it changes. */
export interface PatchReference {
  readonly path: string;
  readonly target: { readonly group?: string; readonly version: string; readonly kind: string; readonly name: string };
}

export const kustomizationFile = 'kustomization.yaml';

const apiVersions = {
  Kustomization: 'kustomize.config.k8s.io/v1beta1',
  Component: 'kustomize.config.k8s.io/v1alpha1',
} as const;

/** A kustomization with its own apiVersion in front. */
export function kustomization(fields: Omit<Kustomization, 'apiVersion' | 'kind'>): Kustomization {
  return { apiVersion: apiVersions.Kustomization, kind: 'Kustomization', ...fields };
}

export function component(fields: Omit<Kustomization, 'apiVersion' | 'kind'>): Kustomization {
  return { apiVersion: apiVersions.Component, kind: 'Component', ...fields };
}

const checks: Record<string, (value: unknown) => boolean> = {
  apiVersion: (value) => typeof value === 'string',
  kind: (value) => value === 'Kustomization' || value === 'Component',
  resources: isTextList,
  components: isTextList,
  namespace: (value) => typeof value === 'string' && value !== '',
  patches: (value) => Array.isArray(value) && value.every(isPatchReference),
  transformers: isTextList,
};

/**
 * Reads the kustomization of a folder.
 *
 * @throws ManifestsError where there is none, or where it holds what the offline render does not handle.
 */
export function readKustomization(files: FileSet, folder: string): Kustomization {
  const path = posix.join(folder, kustomizationFile);
  const text = files.get(path);
  if (text === undefined) throw new ManifestsError('BadKustomization', `${folder} has no ${kustomizationFile}`);
  const [value] = parseYaml(text, path);
  if (typeof value !== 'object' || value === null || Array.isArray(value)) {
    throw new ManifestsError('BadKustomization', `${path}: expected an object`);
  }
  for (const [field, content] of Object.entries(value)) {
    const isValid = Object.hasOwn(checks, field) ? checks[field] : undefined;
    if (!isValid) throw unsupported(`${path}: ${field}`);
    if (!isValid(content)) throw unsupported(`${path}: ${field}: ${JSON.stringify(content)}`);
  }
  const read = value as Kustomization;
  if (read.apiVersion !== apiVersions[read.kind])
    throw unsupported(`${path}: apiVersion ${read.apiVersion} of ${read.kind}`);
  return read;
}

export function unsupported(what: string): ManifestsError {
  return new ManifestsError('UnsupportedKustomization', `${what} is not handled by the offline render`, {
    hint: 'render it with `kubectl kustomize`; docs/manifests.md lists what the offline render handles',
  });
}

function isTextList(value: unknown): boolean {
  return Array.isArray(value) && value.every((item) => typeof item === 'string');
}

function isPatchReference(value: unknown): boolean {
  const { path, target, ...others } = (value ?? {}) as Record<string, unknown>;
  if (typeof path !== 'string' || Object.keys(others).length > 0) return false;
  const { group = '', version, kind, name, ...rest } = (target ?? {}) as Record<string, unknown>;
  if (!isDeepStrictEqual(rest, {})) return false;
  // Kustomize reads each as a regular expression: only names that match nothing but themselves are handled.
  return [group, version, kind, name].every((part) => typeof part === 'string' && /^[A-Za-z0-9.-]*$/.test(part));
}
