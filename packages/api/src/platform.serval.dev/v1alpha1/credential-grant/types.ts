import type { KubeObject } from '@serval/kube/objects';
import type { Static } from 'typebox';
import type {
  credentialGrantSpecSchema,
  credentialGrantStatusSchema,
  credentialUses,
  grantFromSchema,
  grantToSchema,
} from './schema.ts';

export type CredentialUse = (typeof credentialUses)[number];
export type CredentialGrantFrom = Static<typeof grantFromSchema>;
export type CredentialGrantTo = Static<typeof grantToSchema>;
export type CredentialGrantSpec = Static<typeof credentialGrantSpecSchema>;
export type CredentialGrantStatus = Static<typeof credentialGrantStatusSchema>;

/** Lives beside Secrets, and lets pipelines of other namespaces use them. Without it, none may; when it goes, so does the access. */
export interface CredentialGrant extends KubeObject {
  spec: CredentialGrantSpec;
  status?: CredentialGrantStatus;
}
