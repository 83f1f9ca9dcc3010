import { type GatewayClass, gatewayClasses } from '@serval/kube/objects';
import type { KindVersion } from '../../../crd/kind-version.ts';
import {
  conditions,
  controllerName,
  gatewayApiAnnotations,
  gatewayApiCategories,
  groupName,
  kindName,
  listByKey,
  namespaceName,
  object,
  objectName,
  string,
  waitingConditions,
} from '../../schema-parts.ts';

const immutable = { message: 'Value is immutable', rule: 'self == oldSelf' };

export const gatewayClassV1: KindVersion<GatewayClass> = {
  resource: gatewayClasses,
  singular: 'gatewayclass',
  shortNames: ['gc'],
  categories: gatewayApiCategories,
  annotations: gatewayApiAnnotations,
  storage: true,
  hasStatus: true,
  printerColumns: [
    { name: 'Controller', type: 'string', jsonPath: '.spec.controllerName' },
    { name: 'Accepted', type: 'string', jsonPath: '.status.conditions[?(@.type=="Accepted")].status' },
    { name: 'Age', type: 'date', jsonPath: '.metadata.creationTimestamp' },
    { name: 'Description', type: 'string', jsonPath: '.spec.description', priority: 1 },
  ],
  schema: () =>
    object(
      {
        spec: object(
          {
            controllerName: { ...controllerName, 'x-kubernetes-validations': [immutable] },
            description: { type: 'string', maxLength: 64 },
            parametersRef: object({ group: groupName, kind: kindName, name: objectName, namespace: namespaceName }, [
              'group',
              'kind',
              'name',
            ]),
          },
          ['controllerName'],
        ),
        status: object(
          {
            conditions: { ...conditions, default: waitingConditions('Accepted') },
            supportedFeatures: listByKey('name', object({ name: string }, ['name']), { maxItems: 64 }),
          },
          [],
          { default: { conditions: waitingConditions('Accepted') } },
        ),
      },
      ['spec'],
    ),
};
