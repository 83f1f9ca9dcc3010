import { type HttpRoute, httpRoutes } from '@serval/kube/objects';
import type { KindVersion } from '../../../crd/kind-version.ts';
import {
  atomicList,
  conditions,
  controllerName,
  gatewayApiAnnotations,
  gatewayApiCategories,
  hostname,
  object,
  parentReference,
} from '../../schema-parts.ts';
import { rules } from './rule-schema.ts';

export const httpRouteV1: KindVersion<HttpRoute> = {
  resource: httpRoutes,
  singular: 'httproute',
  categories: gatewayApiCategories,
  annotations: gatewayApiAnnotations,
  storage: true,
  hasStatus: true,
  printerColumns: [
    { name: 'Hostnames', type: 'string', jsonPath: '.spec.hostnames' },
    { name: 'Age', type: 'date', jsonPath: '.metadata.creationTimestamp' },
  ],
  schema: () =>
    object(
      {
        spec: object({
          parentRefs: atomicList(parentReference, { maxItems: 32 }),
          hostnames: atomicList(hostname, { maxItems: 16 }),
          rules,
        }),
        status: object(
          {
            parents: atomicList(
              object({ parentRef: parentReference, controllerName, conditions: { ...conditions, minItems: 1 } }, [
                'conditions',
                'controllerName',
                'parentRef',
              ]),
              { maxItems: 32 },
            ),
          },
          ['parents'],
        ),
      },
      ['spec'],
    ),
};
