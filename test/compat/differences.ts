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

const llm = ['LLMInferenceService', 'LLMInferenceServiceConfig'];

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
  {
    kinds: llm,
    releases: ['v0.16.0'],
    aspect: 'storage',
    path: '',
    reason: 'since 0.17 v1alpha2 is stored; objects stored in v1alpha1 are read as before',
  },
  {
    kinds: ['LLMInferenceServiceConfig'],
    aspect: 'subresources',
    path: 'status',
    reason: 'since 0.20 the status is written through /status; before, nobody wrote one',
  },
  {
    kinds: llm,
    releases: ['v0.16.0'],
    aspect: 'rules',
    path: 'spec',
    reason: 'spec.scaling came with 0.17, so no object of 0.16 can break the rule about it',
  },
  {
    kinds: llm,
    releases: ['v0.16.0'],
    aspect: 'rules',
    path: 'spec.prefill',
    reason: 'spec.scaling came with 0.17, so no object of 0.16 can break the rule about it',
  },
  ...['spec', 'spec.prefill'].flatMap((workload): Difference[] => [
    {
      kinds: llm,
      releases: ['v0.17.0'],
      aspect: 'required',
      path: `${workload}.scaling`,
      reason: '0.17 demands maxReplicas too, by a rule',
    },
    {
      kinds: llm,
      releases: ['v0.17.0'],
      aspect: 'rules',
      path: `${workload}.scaling`,
      reason: 'the same rule, without asking whether the required maxReplicas is there',
    },
    {
      kinds: llm,
      releases: ['v0.17.0'],
      aspect: 'default',
      path: `${workload}.scaling.minReplicas`,
      reason: 'since 0.18 the default is written out; before, absence meant 1',
    },
  ]),
  {
    kinds: llm,
    aspect: 'default',
    path: 'spec.router.scheduler.pool.spec.appProtocol',
    reason: 'the field came with 0.20, with this default, which says what absence meant before',
  },
  ...['group', 'kind', 'failureMode'].map(
    (field): Difference => ({
      kinds: llm,
      version: 'v1alpha1',
      aspect: 'default',
      path: `spec.router.scheduler.pool.spec.extensionRef.${field}`,
      reason:
        'up to 0.18 the default is written out; since then it is that of v1alpha2, into which the object is converted',
    }),
  ),
];
