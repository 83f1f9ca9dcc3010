import type { StoreKind } from '@serval/api';
import type { EnvVar, Volume, VolumeMount } from '@serval/kube/objects';

/** What one Secret, account or entry adds to a Pod's storage initializer. */
export interface Part {
  /** What it opens; absent where that is not one kind of store. */
  readonly store?: StoreKind;
  readonly env?: readonly EnvVar[];
  readonly volumes?: readonly Volume[];
  readonly volumeMounts?: readonly VolumeMount[];
  readonly certificates?: NamedCertificates;
  readonly problems?: readonly string[];
}

/** Certificates that are to be trusted besides others, as somebody named them. */
export interface NamedCertificates {
  /** A ConfigMap of the Pod's namespace. */
  readonly configMap?: string;
  /** Where an initializer expects them as a file (`ca_bundle`, AWS_CA_BUNDLE). */
  readonly path?: string;
  /** Who names them, for messages: `Secret ns/name, annotation x`. */
  readonly saidBy: string;
}

/** Of two that say the same, the first counts; a container refuses nothing, but the last would win silently. */
export function joinParts(parts: readonly Part[]): Required<Pick<Part, 'env' | 'volumes' | 'volumeMounts'>> {
  const firstOf = <T extends { name: string }>(list: readonly T[]) =>
    list.filter(({ name }, index) => list.findIndex((other) => other.name === name) === index);
  return {
    env: firstOf(parts.flatMap(({ env = [] }) => env)),
    volumes: firstOf(parts.flatMap(({ volumes = [] }) => volumes)),
    volumeMounts: firstOf(parts.flatMap(({ volumeMounts = [] }) => volumeMounts)),
  };
}
