import { parseStorageScope, type StorageScope } from '@serval/api';
import type { Secret } from '@serval/kube/objects';
import type { MatchKind } from '../place-entries.ts';
import { nameOfSecret } from '../resolution.ts';
import type { Source } from '../sources/source.ts';
import type { SourceKind } from '../sources/source-reader.ts';

/** Of a Secret, all that it holds: which keys are for an address is told where the address is known. */
export interface StorageContent {
  readonly secret: Secret;
}

/** Whoever has a word on a bucket, an account or a host has it alone, whatever the path. */
export const storageMatches: MatchKind<StorageScope> = {
  parse: parseStorageScope,
  covers: (nearer, farther) => nearer.store === farther.store,
};

export const storageSources: SourceKind<StorageScope, StorageContent> = {
  matches: storageMatches,
  use: 'read',
  parse: readStorageSecret,
};

/** Secrets whose type says that they are for something else give nothing. */
export function readStorageSecret(secret: Secret): Source<StorageContent> {
  const { metadata, type = 'Opaque' } = secret;
  if (/(^|\.)kubernetes\.io\//.test(type)) {
    const { namespace = '', name = '' } = metadata;
    const message = `${nameOfSecret({ namespace, name })} is of type ${type}; one with credentials of a store is of type Opaque`;
    return { state: 'failed', reason: 'WrongType', message };
  }
  return { state: 'ready', revision: metadata.resourceVersion ?? '', uid: metadata.uid ?? '', secret };
}
