export { credentialGrants, credentialGrantV1alpha1 } from './resource.ts';
export type * from './types.ts';
export { validateCredentialGrant } from './validate.ts';
