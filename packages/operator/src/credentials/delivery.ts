import type { Container, EnvVar, Volume, VolumeMount } from '@serval/kube/objects';
import type { Reference } from './lookup.ts';
import type { Source } from './storage-request.ts';
import type { Trust } from './trust.ts';

/** What a Pod gets so that its model can be fetched. Values of Secrets are referred to, never copied. */
export interface Delivery {
  /** With whole URIs. */
  readonly sources: readonly Source[];
  /** Whether they were written as a list. */
  readonly listed: boolean;
  /** The model's schema, a file: fetched as the sources are, into a folder of its own. */
  readonly schema?: Source;
  /** Of the storage initializer. */
  readonly env: readonly EnvVar[];
  readonly volumes: readonly Volume[];
  readonly volumeMounts: readonly VolumeMount[];
  readonly trust?: Trust;
  /** Of the ClusterStorageContainer that takes the sources; laid over the configured one. */
  readonly container?: Container;
}

export type Decision =
  | { readonly state: 'delivered'; readonly delivery: Delivery }
  /** Messages that name object, key and field, and repeat no value of a Secret. */
  | { readonly state: 'refused'; readonly problems: readonly string[] }
  /** Cannot be said before these are read. */
  | { readonly state: 'unknown'; readonly references: readonly Reference[] };
