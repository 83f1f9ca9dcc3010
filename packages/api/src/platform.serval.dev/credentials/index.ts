export { foldedRegistryMatch, registryMatchProblem } from './registry-match.ts';
export type { CredentialEntry, CredentialSet, OwnCredentialSet } from './schema.ts';
export { foldedStorageMatch, storageMatchProblem } from './storage-match.ts';
export { parseStorageScope, type StorageScope, type StoreKind, scopeContains } from './storage-scope.ts';
