export { foldedRegistryMatch, registryMatchProblem } from './registry-match.ts';
export type { CredentialEntry, CredentialSet, OwnCredentialSet } from './schema.ts';
export { foldedStorageMatch, storageMatchProblem } from './storage-match.ts';
