import { defineResource } from '@serval/kube/objects';
import type { PrinterColumn } from '../../../crd/custom-resource-definition.ts';
import type { KindVersion } from '../../../crd/kind-version.ts';
import { servingGroup } from '../../group.ts';
import { servingRuntimeSchema } from './schema.ts';
import type { ServingRuntime } from './types.ts';
import { validateServingRuntime } from './validate.ts';

export const servingRuntimeColumns: readonly PrinterColumn[] = [
  { name: 'Disabled', type: 'boolean', jsonPath: '.spec.disabled' },
  { name: 'ModelType', type: 'string', jsonPath: '.spec.supportedModelFormats[*].name' },
  { name: 'Containers', type: 'string', jsonPath: '.spec.containers[*].name' },
  { name: 'Age', type: 'date', jsonPath: '.metadata.creationTimestamp' },
];

export const servingRuntimes = defineResource<ServingRuntime>({
  group: servingGroup,
  version: 'v1alpha1',
  plural: 'servingruntimes',
  kind: 'ServingRuntime',
  namespaced: true,
});

export const servingRuntimeV1alpha1: KindVersion<ServingRuntime> = {
  resource: servingRuntimes,
  description: 'A server that can load models of some formats, for the services of its namespace.',
  singular: 'servingruntime',
  storage: true,
  hasStatus: false,
  printerColumns: servingRuntimeColumns,
  schema: servingRuntimeSchema,
  validate: validateServingRuntime,
};
