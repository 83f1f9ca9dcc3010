import type { KubeObject } from '@serval/kube/objects';

/**
 * How a version of a kind maps to the version that is stored (the hub) and back. Both take an object that they may change, and leave
 * `apiVersion` alone. What the other version has no place for may simply be dropped: it travels in an annotation (`lost-parts.ts`).
 */
export interface Conversion {
  toHub(object: KubeObject): void;
  fromHub(object: KubeObject): void;
  /** Annotations that the two write or remove. They leave all others alone. */
  readonly annotations?: readonly string[];
}
