import type { LayerName, SecretReference } from './layers.ts';
import type { SourceProblem } from './sources/source.ts';

/** Where something that holds in a namespace is from. */
export interface Origin {
  readonly match: string;
  readonly source: LayerName;
  readonly sourceRef: SecretReference;
  readonly revision: string;
  readonly uid: string;
  /** CredentialGrant that allows it, as `NAMESPACE/NAME`; absent where none is needed. */
  readonly grantedBy?: string;
}

/** What is not inherited, as a nearer layer has something to say about its host or store. */
export interface DroppedKey {
  readonly key: string;
  readonly source: LayerName;
  readonly sourceRef: SecretReference;
  readonly maskedBy: { readonly source: LayerName; readonly match: string };
}

/** Why an entry gives nothing. What it masks, it masks all the same. */
export interface ResolutionProblem {
  readonly reason: SourceProblem | 'InvalidMatch' | 'AmbiguousMatch' | 'NoCredentialForMatch';
  readonly message: string;
  readonly match: string;
  readonly source: LayerName;
  readonly sourceRef: SecretReference;
}

/** What of one kind of credentials holds in a namespace. */
export interface Resolution<Effective extends Origin & { readonly key: string }> {
  /** In the order of the keys. */
  readonly effective: readonly Effective[];
  readonly dropped: readonly DroppedKey[];
  readonly problems: readonly ResolutionProblem[];
}

export function maskOf({ source, match }: DroppedKey['maskedBy']): DroppedKey['maskedBy'] {
  return { source, match };
}

export function nameOfSecret({ namespace, name }: SecretReference): string {
  return `Secret ${namespace}/${name}`;
}

export function compareText(a: string, b: string): number {
  return a < b ? -1 : a > b ? 1 : 0;
}
