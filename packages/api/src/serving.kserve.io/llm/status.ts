import type { StructuralSchema } from '@serval/kube/schema';
import { describeFields } from '../../gateway.networking.k8s.io/describe-fields.ts';
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
import { backendTexts } from '../../gateway.networking.k8s.io/v1/http-route/whole-spec-texts.ts';
import { condition } from '../../schema/fields.ts';
import type { LlmVersion } from './llm-version.ts';

const described = (schema: StructuralSchema, description: string): StructuralSchema => ({ ...schema, description });
const reference = {
  group: described(groupName, 'API group of the object.'),
  kind: described(kindName, 'Kind of the object.'),
  name: described(objectName, 'Name of the object.'),
  namespace: described(namespaceName, 'Its namespace.'),
};
const { name: objectNameField, namespace: namespaceField } = reference;
const typedReference = object(reference, ['group', 'kind', 'name']);
const workload = (description: string, more: Record<string, StructuralSchema>) =>
  object(
    {
      apiGroup: described(string, 'API group of the object; empty for the core one.'),
      kind: described(string, 'Kind of the object.'),
      name: described(string, 'Name of the object.'),
      ...more,
    },
    ['kind', 'name'],
    { 'x-kubernetes-map-type': 'atomic', description },
  );
const readyReplicas: Record<string, StructuralSchema> = {
  readyReplicas: { type: 'integer', format: 'int32', description: 'How many replicas are ready.' },
};

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
  const referencedBy = atomicList(object({ name: objectNameField, namespace: namespaceField }), {
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
        models: {
          type: 'array',
          items: object({ name: described(string, 'Name that requests use.') }, ['name']),
          description: 'Models behind it.',
        },
        origin: described(typedReference, 'What it comes from: a Gateway or a Service.'),
      })
    : object(addressFields);
  const listeners = atomicList(sectionName, { description: 'Listeners of it that do.' });
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
          gateways: atomicList(object({ ...reference, listeners, httpRoutes: routes }, ['group', 'kind', 'name']), {
            description: 'Gateways that lead to it.',
          }),
          scheduler: object(
            {
              inferencePool: described(typedReference, 'The pool among which it picks.'),
              service: described(typedReference, 'The Service under which it is asked.'),
            },
            [],
            { description: 'What the scheduler is made of.' },
          ),
          ...(isHub ? { group: routeGroup } : {}),
        },
        [],
        { description: 'How requests reach it now.' },
      ),
      ...(isHub
        ? {
            appliedConfigs: atomicList(
              object(
                {
                  name: objectNameField,
                  namespace: namespaceField,
                  source: {
                    type: 'string',
                    enum: ['Preset', 'UserRef'],
                    description: 'Whether the platform chose it (Preset) or spec.baseRefs names it (UserRef).',
                  },
                },
                ['name', 'namespace', 'source'],
              ),
              { description: 'Configurations that it is laid over, in this order.' },
            ),
            workloads: object(
              {
                primary: workload('What serves the model.', readyReplicas),
                prefill: workload('What reads prompts.', readyReplicas),
                scheduler: workload('What picks a Pod for each request.', readyReplicas),
                service: workload('The Service before the Pods.', {}),
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
    name: described(string, 'Name of the group.'),
    members: {
      type: 'array',
      description: 'The services in it.',
      'x-kubernetes-list-type': 'map',
      'x-kubernetes-list-map-keys': ['name'],
      items: object(
        {
          name: described(string, 'Name of the service.'),
          weight: { type: 'integer', format: 'int32', description: 'Its share of the requests.' },
          stopped: { type: 'boolean', description: 'Whether it is stopped and gets none.' },
          backendRef: describeFields(object(backendFields, ['name'], { description: 'Where they go.' }), backendTexts),
        },
        ['name', 'weight'],
      ),
    },
  },
  ['name'],
  { description: 'The services that share its route.' },
);
