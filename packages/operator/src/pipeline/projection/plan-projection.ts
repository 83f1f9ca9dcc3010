import type { Secret } from '@serval/kube/objects';
import { partOfLabels } from '../../declarations/installed-names.ts';
import { projectionLabel, pullSecretName } from '../names.ts';

const dockerConfigKey = '.dockerconfigjson';
const type = 'kubernetes.io/dockerconfigjson';

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
 * @param content   of the docker config; undefined where none is needed
 * @param digestOf  by which contents are compared
 */
export function planProjection(
  namespace: string,
  content: string | undefined,
  live: LiveProjection | undefined,
  digestOf: (base64: string) => string,
): ProjectionPlan {
  const isOurs = live?.secret.metadata.labels?.[projectionLabel] === 'true';
  if (live?.secret.metadata.deletionTimestamp) return nothing;
  if (content === undefined) return isOurs ? { action: 'delete' } : nothing;
  if (live && !isOurs) {
    const message = `Secret ${namespace}/${pullSecretName} is not Serval's, so no credential is put there or used from there; delete it, or give it another name`;
    return { action: 'conflict', message };
  }
  if (Buffer.byteLength(content) > maxBytes) {
    const message = `the credentials for ${namespace} are over ${maxBytes} bytes together, so none is projected`;
    return { action: 'too-large', message, isThere: live !== undefined };
  }
  const value = Buffer.from(content).toString('base64');
  const metadata = { namespace, name: pullSecretName, labels: { ...partOfLabels, [projectionLabel]: 'true' } };
  if (!live) {
    return {
      action: 'create',
      object: { apiVersion: 'v1', kind: 'Secret', metadata, type, data: { [dockerConfigKey]: value } },
    };
  }
  const { digests, secret } = live;
  const strange = Object.keys(digests).filter((key) => key !== dockerConfigKey);
  const isRight = secret.type === type && digests[dockerConfigKey] === digestOf(value) && strange.length === 0;
  if (isRight) return nothing;
  // Neither of the two can be changed (Kubernetes, Secrets).
  if (secret.type !== type || secret.immutable) return { action: 'delete' };
  const removed = Object.fromEntries(strange.map((key) => [key, null]));
  return { action: 'patch', patch: { data: { ...removed, [dockerConfigKey]: value } } };
}
