/** The projected Secret of every namespace that needs one. Fixed, so that a rotation changes no Pod template. */
export const pullSecretName = 'serval-pull-credentials';
/** On Secrets that Serval projects. */
export const projectionLabel = 'platform.serval.dev/projected';
