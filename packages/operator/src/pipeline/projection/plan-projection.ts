import type { Secret } from '@serval/kube/objects';
import { partOfLabels } from '../../declarations/installed-names.ts';
import { projectionLabel } from '../names.ts';

/** What is the same of it in every namespace. */
export interface ProjectedShape {
  readonly name: string;
  readonly type: string;
}

/** Values by the keys of the Secret, in base64. */
export type ProjectedContent = Readonly<Record<string, string>>;

/** Secrets have 1 MiB at most (Kubernetes). */
const maxBytes = 1024 * 1024;

/** What is to be done about the projected Secret of one namespace. */
export type ProjectionPlan =
  | { readonly action: 'nothing' }
  | { readonly action: 'create'; readonly object: Secret }
  | { readonly action: 'patch'; readonly patch: object }
  /** Also of one that cannot be changed into what it should be: it is made anew. */
  | { readonly action: 'delete' }
  /** A Secret of that name is somebody else's. It is neither changed nor given to Pods. */
  | { readonly action: 'conflict'; readonly message: string }
  /** No Secret can hold them. One that is there goes: what it holds is not what holds now. */
  | { readonly action: 'too-large'; readonly message: string; readonly isThere: boolean };

export interface LiveProjection {
  readonly secret: Secret;
  /** Of every value; `digestOf` tells what it would be. */
  readonly digests: Readonly<Record<string, string>>;
}

const nothing: ProjectionPlan = { action: 'nothing' };

/**
 * One projected Secret where a Pod of the namespace needs a credential, none elsewhere.
 *
 * @param content   undefined where none is needed
 * @param digestOf  by which contents are compared, of values in base64
 */
export function planProjection(
  { name, type }: ProjectedShape,
  namespace: string,
  content: ProjectedContent | undefined,
  live: LiveProjection | undefined,
  digestOf: (base64: string) => string,
): ProjectionPlan {
  const isOurs = live?.secret.metadata.labels?.[projectionLabel] === 'true';
  if (live?.secret.metadata.deletionTimestamp) return nothing;
  if (content === undefined) return isOurs ? { action: 'delete' } : nothing;
  if (live && !isOurs) {
    const message = `Secret ${namespace}/${name} is not Serval's, so no credential is put there or used from there; delete it, or give it another name`;
    return { action: 'conflict', message };
  }
  const values = Object.entries(content);
  if (values.reduce((sum, [, value]) => sum + Buffer.byteLength(value, 'base64'), 0) > maxBytes) {
    const message = `the credentials for ${namespace} are over ${maxBytes} bytes together, so none is projected`;
    return { action: 'too-large', message, isThere: live !== undefined };
  }
  const metadata = { namespace, name, labels: { ...partOfLabels, [projectionLabel]: 'true' } };
  if (!live)
    return { action: 'create', object: { apiVersion: 'v1', kind: 'Secret', metadata, type, data: { ...content } } };
  const { digests, secret } = live;
  const strange = Object.keys(digests).filter((key) => !Object.hasOwn(content, key));
  const changed = values.filter(([key, value]) => digests[key] !== digestOf(value));
  if (secret.type === type && strange.length === 0 && changed.length === 0) return nothing;
  // Neither of the two can be changed (Kubernetes, Secrets).
  if (secret.type !== type || secret.immutable) return { action: 'delete' };
  const removed = Object.fromEntries(strange.map((key) => [key, null]));
  return { action: 'patch', patch: { data: { ...removed, ...Object.fromEntries(changed) } } };
}
