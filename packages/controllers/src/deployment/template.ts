import { createHash } from 'node:crypto';
import { type Deployment, deepEqual, type PodTemplateSpec, type ReplicaSet } from '@serval/kube/objects';
import { hashLabel } from './annotations.ts';

/** No vowels and no look-alikes, so that no word comes out (`rand.SafeEncodeString`). */
const alphabet = 'bcdfghjklmnpqrstvwxz2456789';

/** Ten characters for a template; `collisionCount` gives another ten when those are taken by another template. */
export function templateHash(template: PodTemplateSpec, collisionCount = 0): string {
  const digest = createHash('sha256').update(canonical(template)).update(String(collisionCount)).digest();
  return [...digest.subarray(0, 10)].map((byte) => alphabet[byte % alphabet.length]).join('');
}

/** Equal but for the hash label (`EqualIgnoreHash`). */
export function sameTemplate(a: PodTemplateSpec, b: PodTemplateSpec): boolean {
  return deepEqual(withoutHash(a), withoutHash(b));
}

/** The ReplicaSet that runs the Deployment's current template: the oldest, if there are several. */
export function findNewReplicaSet(deployment: Deployment, replicaSets: readonly ReplicaSet[]): ReplicaSet | undefined {
  return [...replicaSets].sort(byCreation).find(({ spec }) => sameTemplate(spec.template, deployment.spec.template));
}

export function byCreation(a: ReplicaSet, b: ReplicaSet): number {
  const [left = '', right = ''] = [a.metadata.creationTimestamp, b.metadata.creationTimestamp];
  if (left !== right) return left < right ? -1 : 1;
  return (a.metadata.name ?? '') < (b.metadata.name ?? '') ? -1 : 1;
}

function withoutHash(template: PodTemplateSpec): PodTemplateSpec {
  const { [hashLabel]: _, ...labels } = template.metadata?.labels ?? {};
  const { creationTimestamp: _c, ...metadata } = template.metadata ?? {};
  return { ...template, metadata: { ...metadata, labels } };
}

function canonical(value: unknown): string {
  return JSON.stringify(value, (_, inner) =>
    typeof inner === 'object' && inner !== null && !Array.isArray(inner)
      ? Object.fromEntries(Object.entries(inner).sort(([a], [b]) => (a < b ? -1 : 1)))
      : inner,
  );
}
