import { type ReferenceGrant, referenceGrants } from '@serval/kube/objects';
import type { KindVersion } from '../../../crd/kind-version.ts';
import {
  atomicList,
  gatewayApiAnnotations,
  gatewayApiCategories,
  groupName,
  kindName,
  namespaceName,
  object,
  objectName,
} from '../../schema-parts.ts';

export const referenceGrantV1beta1: KindVersion<ReferenceGrant> = {
  resource: referenceGrants,
  singular: 'referencegrant',
  shortNames: ['refgrant'],
  categories: gatewayApiCategories,
  annotations: gatewayApiAnnotations,
  storage: true,
  hasStatus: false,
  printerColumns: [{ name: 'Age', type: 'date', jsonPath: '.metadata.creationTimestamp' }],
  schema: () =>
    object({
      spec: object(
        {
          from: atomicList(
            object({ group: groupName, kind: kindName, namespace: namespaceName }, ['group', 'kind', 'namespace']),
            { minItems: 1, maxItems: 16 },
          ),
          to: atomicList(object({ group: groupName, kind: kindName, name: objectName }, ['group', 'kind']), {
            minItems: 1,
            maxItems: 16,
          }),
        },
        ['from', 'to'],
      ),
    }),
};
