import type { StructuralSchema } from '@serval/kube/schema';
import {
  atomicList,
  groupName,
  kindName,
  namespaceName,
  object,
  objectName,
  sectionName,
  string,
} from '../../gateway.networking.k8s.io/schema-parts.ts';
import { backendFields } from '../../gateway.networking.k8s.io/v1/http-route/rule-schema.ts';
import { condition } from '../../schema/fields.ts';
import type { LlmVersion } from './llm-version.ts';

const described = (schema: StructuralSchema, description: string): StructuralSchema => ({ ...schema, description });
const reference = { group: groupName, kind: kindName, name: objectName, namespace: namespaceName };
const typedReference = object(reference, ['group', 'kind', 'name']);
const workload = (more: Record<string, StructuralSchema>) =>
  object({ apiGroup: string, kind: string, name: string, ...more }, ['kind', 'name'], {
    'x-kubernetes-map-type': 'atomic',
  });
const readyReplicas: Record<string, StructuralSchema> = { readyReplicas: { type: 'integer', format: 'int32' } };

const addressFields: Record<string, StructuralSchema> = {
  name: described(string, 'Name of the address.'),
  url: described(string, 'URL of the service.'),
  CACerts: described(string, 'Authority that signed its certificate, PEM.'),
  audience: described(string, 'Audience that a token for it needs.'),
};

const common: Record<string, StructuralSchema> = {
  observedGeneration: {
    type: 'integer',
    format: 'int64',
    description: 'metadata.generation that this status speaks of.',
  },
  conditions: {
    type: 'array',
    items: condition() as StructuralSchema,
    description: 'What is true of it; Ready sums up the others.',
  },
  annotations: { type: 'object', additionalProperties: string, description: 'Further notes of the controller.' },
};

/** Status of an LLMInferenceServiceConfig. */
export function llmConfigStatus(version: LlmVersion): StructuralSchema {
  const referencedBy = atomicList(object({ name: objectName, namespace: namespaceName }), {
    description: 'Services that are laid over it.',
  });
  return object({ ...common, ...(version === 'v1alpha2' ? { referencedBy } : {}) }, [], {
    description: 'What was observed last.',
  });
}

/** Status of an LLMInferenceService. */
export function llmServiceStatus(version: LlmVersion): StructuralSchema {
  const isHub = version === 'v1alpha2';
  const address = isHub
    ? object({
        ...addressFields,
        models: { type: 'array', items: object({ name: string }, ['name']), description: 'Models behind it.' },
        origin: described(typedReference, 'What it comes from: a Gateway or a Service.'),
      })
    : object(addressFields);
  const routes = atomicList(typedReference, { description: 'Routes on it.' });
  return object(
    {
      ...common,
      url: described(string, 'URL of the service.'),
      address: object(addressFields, [], { description: 'Where the service is reached.' }),
      addresses: {
        type: 'array',
        ...(isHub ? { 'x-kubernetes-list-type': 'atomic' as const } : {}),
        items: address,
        description: 'Everywhere that the service is reached.',
      },
      router: object(
        {
          gateways: atomicList(
            object({ ...reference, listeners: atomicList(sectionName), httpRoutes: routes }, ['group', 'kind', 'name']),
            { description: 'Gateways that lead to it.' },
          ),
          scheduler: object({ inferencePool: typedReference, service: typedReference }, [], {
            description: 'What the scheduler is made of.',
          }),
          ...(isHub ? { group: routeGroup } : {}),
        },
        [],
        { description: 'How requests reach it now.' },
      ),
      ...(isHub
        ? {
            appliedConfigs: atomicList(
              object(
                { name: objectName, namespace: namespaceName, source: { type: 'string', enum: ['Preset', 'UserRef'] } },
                ['name', 'namespace', 'source'],
              ),
              { description: 'Configurations that it is laid over, in this order.' },
            ),
            workloads: object(
              {
                primary: workload(readyReplicas),
                prefill: workload(readyReplicas),
                scheduler: workload(readyReplicas),
                service: workload({}),
              },
              [],
              { description: 'What runs for it.' },
            ),
          }
        : {}),
    },
    [],
    { description: 'What was observed last.' },
  );
}

const routeGroup = object(
  {
    name: string,
    members: {
      type: 'array',
      'x-kubernetes-list-type': 'map',
      'x-kubernetes-list-map-keys': ['name'],
      items: object(
        {
          name: string,
          weight: { type: 'integer', format: 'int32' },
          stopped: { type: 'boolean' },
          backendRef: object(backendFields, ['name']),
        },
        ['name', 'weight'],
      ),
    },
  },
  ['name'],
  { description: 'The services that share its route.' },
);
