import { defineResource } from '@serval/kube/objects';
import type { KindVersion } from '../../../crd/kind-version.ts';
import { platformCategories, platformGroup } from '../../group.ts';
import { credentialGrantSchema } from './schema.ts';
import type { CredentialGrant } from './types.ts';
import { validateCredentialGrant } from './validate.ts';

export const credentialGrants = defineResource<CredentialGrant>({
  group: platformGroup,
  version: 'v1alpha1',
  plural: 'credentialgrants',
  kind: 'CredentialGrant',
  namespaced: true,
});

export const credentialGrantV1alpha1: KindVersion<CredentialGrant> = {
  resource: credentialGrants,
  description:
    'Lets pipelines of other namespaces use credentials of its own namespace. Without one, none may; when it goes, so does the access.',
  singular: 'credentialgrant',
  shortNames: ['cgrant'],
  categories: platformCategories,
  storage: true,
  hasStatus: true,
  printerColumns: [
    { name: 'Ready', type: 'string', jsonPath: ".status.conditions[?(@.type=='Ready')].status" },
    { name: 'Age', type: 'date', jsonPath: '.metadata.creationTimestamp' },
  ],
  schema: credentialGrantSchema,
  validate: (grant) => validateCredentialGrant(grant),
};
