import type { ConfigMap, KubeObject, Secret, ServiceAccount } from '@serval/kube/objects';

interface Kinds {
  Secret: Secret;
  ConfigMap: ConfigMap;
  ServiceAccount: ServiceAccount;
  /** By `name:NAME`, or any of `signer:SIGNER`. */
  ClusterTrustBundle: KubeObject;
}
type ReferredKind = keyof Kinds;

/** An object that a service's storage depends on, by name. */
export interface Reference {
  readonly kind: ReferredKind;
  readonly namespace: string;
  readonly name: string;
}

export function referenceId({ kind, namespace, name }: Reference): string {
  return `${kind}/${namespace}/${name}`;
}

/** What was read so far, by `referenceId`; `undefined` under a key: there is no such object. */
export type Known = ReadonlyMap<string, KubeObject | undefined>;

/** Lets a pure decision look at objects: what is not known yet is absent for now, and listed to be read. */
export interface Lookup {
  get<Kind extends ReferredKind>(kind: Kind, namespace: string, name: string): Kinds[Kind] | undefined;
  /** What was asked for and is not known. */
  readonly unknown: readonly Reference[];
}

export function createLookup(known: Known): Lookup {
  const unknown = new Map<string, Reference>();
  return {
    get<Kind extends ReferredKind>(kind: Kind, namespace: string, name: string) {
      const reference = { kind, namespace, name };
      const id = referenceId(reference);
      if (!known.has(id)) unknown.set(id, reference);
      return known.get(id) as Kinds[Kind] | undefined;
    },
    get unknown() {
      return [...unknown.values()];
    },
  };
}
