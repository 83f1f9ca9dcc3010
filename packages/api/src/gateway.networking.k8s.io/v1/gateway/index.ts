import { type Gateway, gateways } from '@serval/kube/objects';
import type { StructuralSchema } from '@serval/kube/schema';
import type { KindVersion } from '../../../crd/kind-version.ts';
import {
  atomicList,
  conditions,
  gatewayApiAnnotations,
  gatewayApiCategories,
  groupName,
  hostname,
  kindName,
  labelSelector,
  listByKey,
  namespaceName,
  object,
  objectName,
  port,
  sectionName,
  stringMapSchema,
  waitingConditions,
} from '../../schema-parts.ts';

const secretReference = object(
  {
    group: { ...groupName, default: '' },
    kind: { ...kindName, default: 'Secret' },
    name: objectName,
    namespace: namespaceName,
  },
  ['name'],
);

const listener = object(
  {
    name: sectionName,
    hostname,
    port,
    protocol: { type: 'string', minLength: 1, maxLength: 255 },
    tls: object({
      mode: { type: 'string', enum: ['Terminate', 'Passthrough'], default: 'Terminate' },
      certificateRefs: atomicList(secretReference, { maxItems: 64 }),
      options: { ...stringMapSchema, maxProperties: 16 },
    }),
    allowedRoutes: object(
      {
        namespaces: object(
          {
            from: { type: 'string', enum: ['All', 'Selector', 'Same'], default: 'Same' },
            selector: labelSelector,
          },
          [],
          { default: { from: 'Same' } },
        ),
        kinds: atomicList(
          object({ group: { ...groupName, default: 'gateway.networking.k8s.io' }, kind: kindName }, ['kind']),
          { maxItems: 8 },
        ),
      },
      [],
      { default: { namespaces: { from: 'Same' } } },
    ),
  },
  ['name', 'port', 'protocol'],
);

const addressFields = {
  type: { type: 'string', minLength: 1, maxLength: 253, default: 'IPAddress' },
  value: { type: 'string', maxLength: 253 },
} satisfies Record<string, StructuralSchema>;

const listenerStatus = object(
  {
    name: sectionName,
    attachedRoutes: { type: 'integer', format: 'int32' },
    supportedKinds: atomicList(
      object({ group: { ...groupName, default: 'gateway.networking.k8s.io' }, kind: kindName }, ['kind']),
      { maxItems: 8 },
    ),
    conditions,
  },
  ['attachedRoutes', 'conditions', 'name'],
);

export const gatewayV1: KindVersion<Gateway> = {
  resource: gateways,
  singular: 'gateway',
  shortNames: ['gtw'],
  categories: gatewayApiCategories,
  annotations: gatewayApiAnnotations,
  storage: true,
  hasStatus: true,
  printerColumns: [
    { name: 'Class', type: 'string', jsonPath: '.spec.gatewayClassName' },
    { name: 'Address', type: 'string', jsonPath: '.status.addresses[*].value' },
    { name: 'Programmed', type: 'string', jsonPath: '.status.conditions[?(@.type=="Programmed")].status' },
    { name: 'Age', type: 'date', jsonPath: '.metadata.creationTimestamp' },
  ],
  schema: () =>
    object(
      {
        spec: object(
          {
            gatewayClassName: objectName,
            listeners: listByKey('name', listener, { minItems: 1, maxItems: 64 }),
            addresses: atomicList(object(addressFields), { maxItems: 16 }),
            infrastructure: object({
              labels: { ...stringMapSchema, maxProperties: 8 },
              annotations: { ...stringMapSchema, maxProperties: 8 },
              parametersRef: object({ group: groupName, kind: kindName, name: objectName }, ['group', 'kind', 'name']),
            }),
          },
          ['gatewayClassName', 'listeners'],
        ),
        status: object(
          {
            addresses: atomicList(object(addressFields, ['value']), { maxItems: 16 }),
            conditions: { ...conditions, default: waitingConditions('Accepted', 'Programmed') },
            listeners: listByKey('name', listenerStatus, { maxItems: 64 }),
            attachedListenerSets: { type: 'integer', format: 'int32' },
          },
          [],
          { default: { conditions: waitingConditions('Accepted', 'Programmed') } },
        ),
      },
      ['spec'],
    ),
};
