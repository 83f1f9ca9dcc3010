import type { CrdBundle } from '@serval/api';
import type { Aspect } from './finding.ts';

/** A difference that is wanted. One that no longer occurs has to be taken out. */
export interface Difference {
  /** Kinds that it is about; absent: any. */
  kinds?: readonly string[];
  version?: string;
  /** Releases of the reference that it is about; absent: any. */
  releases?: readonly string[];
  /** The bundle of ours that it is about; absent: both. */
  bundle?: CrdBundle;
  /** Whether it is only about parts that are kept as they come. */
  isKeptOpen?: true;
  aspect: Aspect;
  /** Of the fields, as `path-pattern.ts` reads it. */
  path: string;
  reason: string;
}

export const differences: readonly Difference[] = [
  {
    bundle: 'standard',
    isKeptOpen: true,
    aspect: 'default',
    path: 'spec.**',
    reason: 'these parts of Pods have no room; API servers write the defaults into the Pod itself',
  },
  {
    kinds: ['ClusterStorageContainer'],
    releases: ['v0.15.2'],
    aspect: 'default',
    path: 'spec.supportsMultiModelDownload',
    reason: 'the field came with 0.16, with this default, which says what absence meant before',
  },
];
