import { defineResource } from '@serval/kube/objects';
import type { KindVersion } from '../../../crd/kind-version.ts';
import { platformCategories, platformGroup } from '../../group.ts';
import { platformDefaultsSchema } from './schema.ts';
import type { PlatformDefaults } from './types.ts';
import { validatePlatformDefaults } from './validate.ts';

export const platformDefaults = defineResource<PlatformDefaults>({
  group: platformGroup,
  version: 'v1alpha1',
  plural: 'platformdefaults',
  kind: 'PlatformDefaults',
  namespaced: false,
});

export const platformDefaultsV1alpha1: KindVersion<PlatformDefaults> = {
  resource: platformDefaults,
  description:
    'Credentials that hold for every service whose pipeline or stage says nothing else. There is one for the cluster, named default.',
  singular: 'platformdefaults',
  categories: platformCategories,
  storage: true,
  hasStatus: true,
  printerColumns: [
    { name: 'Credentials In', type: 'string', jsonPath: '.spec.credentialNamespace' },
    { name: 'Ready', type: 'string', jsonPath: ".status.conditions[?(@.type=='Ready')].status" },
    { name: 'Age', type: 'date', jsonPath: '.metadata.creationTimestamp' },
  ],
  schema: platformDefaultsSchema,
  validate: (defaults) => validatePlatformDefaults(defaults),
};
