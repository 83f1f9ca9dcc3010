/** How credentials are resolved, for those who plan what the operator will do. Pure. */

export { partsOfSecret } from '../credentials/account/account-secret.ts';
export { storageRequestOf } from '../credentials/storage-request.ts';
export { ageOf, dayOf } from '../storage-config/expiry.ts';
export { grantFor } from './grants.ts';
export type { LayerName, SecretReference } from './layers.ts';
export { pullSecretName } from './names.ts';
export { imagesOfPod, type PodLike } from './registry/images-of-pod.ts';
export { type EffectiveKey, resolveRegistry } from './registry/resolve-registry.ts';
export { type PullContent, readPullSecret } from './registry/source-secret.ts';
export type { Resolution } from './resolution.ts';
export type { Source } from './sources/source.ts';
export { holderOf } from './stage-claims.ts';
export { credentialNamespaceOf, layersOf, type StageOf } from './stage-layers.ts';
export { resolveStorage, ruleForUri } from './storage/resolve-storage.ts';
export { type StorageContent, storageSources } from './storage/storage-sources.ts';
