import { defineResource } from '@serval/kube/objects';
import type { KindVersion } from '../../../crd/kind-version.ts';
import { servingGroup } from '../../group.ts';
import { localModelNodeSchema } from './schema.ts';
import type { LocalModelNode } from './types.ts';
import { validateLocalModelNode } from './validate.ts';

export const localModelNodes = defineResource<LocalModelNode>({
  group: servingGroup,
  version: 'v1alpha1',
  plural: 'localmodelnodes',
  kind: 'LocalModelNode',
  namespaced: false,
});

export const localModelNodeV1alpha1: KindVersion<LocalModelNode> = {
  resource: localModelNodes,
  description:
    'The models that one node keeps on its disk. Has the name of its Node; made by the controller of the caches.',
  singular: 'localmodelnode',
  storage: true,
  hasStatus: true,
  printerColumns: [
    { name: 'Models', type: 'string', jsonPath: '.spec.localModels[*].modelName' },
    { name: 'Age', type: 'date', jsonPath: '.metadata.creationTimestamp' },
  ],
  schema: localModelNodeSchema,
  validate: (node) => validateLocalModelNode(node),
};
