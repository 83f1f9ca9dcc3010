/** The projected Secret of every namespace that needs one. Fixed, so that a rotation changes no Pod template. */
export const pullSecretName = 'serval-pull-credentials';
/** The same for what models are read with. */
export const storageCredentialsName = 'serval-storage-credentials';
/** On Secrets that Serval projects. */
export const projectionLabel = 'platform.serval.dev/projected';
