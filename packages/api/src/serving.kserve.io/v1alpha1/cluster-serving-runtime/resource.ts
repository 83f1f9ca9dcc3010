import { defineResource } from '@serval/kube/objects';
import type { KindVersion } from '../../../crd/kind-version.ts';
import { servingGroup } from '../../group.ts';
import { servingRuntimeColumns } from '../serving-runtime/resource.ts';
import { servingRuntimeSchema } from '../serving-runtime/schema.ts';
import type { ClusterServingRuntime } from '../serving-runtime/types.ts';
import { validateServingRuntime } from '../serving-runtime/validate.ts';

export const clusterServingRuntimes = defineResource<ClusterServingRuntime>({
  group: servingGroup,
  version: 'v1alpha1',
  plural: 'clusterservingruntimes',
  kind: 'ClusterServingRuntime',
  namespaced: false,
});

export const clusterServingRuntimeV1alpha1: KindVersion<ClusterServingRuntime> = {
  resource: clusterServingRuntimes,
  description: 'A server that can load models of some formats, for the services of every namespace.',
  singular: 'clusterservingruntime',
  storage: true,
  hasStatus: false,
  printerColumns: servingRuntimeColumns,
  schema: servingRuntimeSchema,
  validate: validateServingRuntime,
};
