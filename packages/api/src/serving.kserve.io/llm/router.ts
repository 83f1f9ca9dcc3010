import type { StructuralSchema } from '@serval/kube/schema';
import {
  atomicList,
  groupName,
  kindName,
  namespaceName,
  object,
  objectName,
  port,
  sectionName,
} from '../../gateway.networking.k8s.io/schema-parts.ts';
import { wholeHttpRouteSpec } from '../../gateway.networking.k8s.io/v1/http-route/whole-spec-schema.ts';
import type { PodSchemas } from '../../schema/pod-schemas.ts';
import type { LlmVersion } from './llm-version.ts';
import { podTemplate } from './workload.ts';

const described = (schema: StructuralSchema, description: string): StructuralSchema => ({ ...schema, description });
const list = (items: StructuralSchema, description: string): StructuralSchema => ({
  type: 'array',
  items,
  description,
});
const map = (description: string): StructuralSchema => ({
  type: 'object',
  additionalProperties: { type: 'string' },
  description,
});

/** A reference by name alone, within the namespace. */
export const nameReference: StructuralSchema = object(
  { name: { type: 'string', default: '', description: 'Name of the object, in the same namespace.' } },
  [],
  { 'x-kubernetes-map-type': 'atomic' },
);

/*
 * The two pools bound no labels and no ports by schema: releases of KServe differed in that, and what was valid in one version must convert into
 * the other. The rules of the kinds bound them.
 */

const poolPort: StructuralSchema = { type: 'integer', format: 'int32', description: 'Port on which they serve.' };

/** Spec of an InferencePool v1alpha2 of `inference.networking.x-k8s.io`, as v1alpha1 embeds it. */
const poolV1alpha1 = object(
  {
    selector: map('Labels of the Pods in the pool.'),
    targetPortNumber: poolPort,
    extensionRef: object(
      {
        group: described(groupName, 'API group of the picker. Default: the core one.'),
        kind: described(kindName, 'Kind of the picker. Default: Service.'),
        name: described(objectName, 'Name of the picker.'),
        portNumber: described(port, 'Port of the picker.'),
        failureMode: {
          type: 'string',
          enum: ['FailOpen', 'FailClose'],
          description: 'Whether requests pass while the picker does not answer. Default: FailClose.',
        },
      },
      ['name'],
      { description: 'Who picks a Pod for each request.' },
    ),
  },
  ['selector', 'targetPortNumber'],
);

/** Spec of an InferencePool v1 of `inference.networking.k8s.io`, as v1alpha2 embeds it. */
const poolV1alpha2 = object(
  {
    selector: object({ matchLabels: map('Labels that a Pod must all have.') }, ['matchLabels'], {
      description: 'Which Pods are in the pool.',
    }),
    targetPorts: atomicList(object({ number: poolPort }, ['number']), {
      minItems: 1,
      maxItems: 8,
      description: 'Ports on which they serve.',
      'x-kubernetes-validations': [
        { rule: 'self.all(p1, self.exists_one(p2, p1.number==p2.number))', message: 'must name each port once' },
      ],
    }),
    appProtocol: {
      type: 'string',
      enum: ['http', 'kubernetes.io/h2c'],
      default: 'http',
      description: 'What they speak.',
    },
    endpointPickerRef: object(
      {
        group: { ...groupName, minLength: 0, default: '', description: 'API group of the picker.' },
        kind: { ...kindName, default: 'Service', description: 'Kind of the picker.' },
        name: described(objectName, 'Name of the picker.'),
        port: object({ number: described(port, 'Its number.') }, ['number'], {
          description: 'Port of the picker; needed for a Service.',
        }),
        failureMode: {
          type: 'string',
          enum: ['FailOpen', 'FailClose'],
          default: 'FailClose',
          description: 'Whether requests pass while the picker does not answer.',
        },
      },
      ['name'],
      {
        description: 'Who picks a Pod for each request.',
      },
    ),
  },
  ['selector', 'targetPorts'],
);

function scheduler(pods: PodSchemas, version: LlmVersion): StructuralSchema {
  return object(
    {
      replicas: { type: 'integer', format: 'int32', description: 'How many schedulers there are.' },
      labels: map('Labels that its Pods get.'),
      annotations: map('Annotations that its Pods get.'),
      template: podTemplate(pods, 'Pod of the scheduler: added to that of its base configurations.'),
      config: object(
        {
          inline: {
            type: 'object',
            'x-kubernetes-preserve-unknown-fields': true,
            description: 'The EndpointPickerConfig itself.',
          },
          ref: object(
            {
              name: { type: 'string', default: '', description: 'Name of the ConfigMap.' },
              key: { type: 'string', description: 'Key in it.' },
              optional: { type: 'boolean', description: 'Whether it may be missing.' },
            },
            ['key'],
            { 'x-kubernetes-map-type': 'atomic', description: 'A ConfigMap that holds it.' },
          ),
        },
        [],
        { description: 'How it picks: plugins and profiles.' },
      ),
      pool: object(
        {
          ref: described(nameReference, 'An InferencePool that is there.'),
          spec: described(version === 'v1alpha1' ? poolV1alpha1 : poolV1alpha2, 'Of the InferencePool that is made.'),
        },
        [],
        { description: 'The InferencePool: the Pods among which it picks.' },
      ),
    },
    [],
    { description: 'Picks a Pod for each request by load and cache. Present, even if empty: there is one.' },
  );
}

/** `spec.router`. */
export function routerSchema(pods: PodSchemas, version: LlmVersion): StructuralSchema {
  const reference = {
    name: described(objectName, 'Its name.'),
    namespace: described(namespaceName, 'Its namespace. Default: that of the service.'),
  };
  return object(
    {
      gateway: object(
        {
          refs: list(
            object({ ...reference, sectionName: described(sectionName, 'One listener of it.') }),
            'Gateways that are there. Default: that of the platform.',
          ),
        },
        [],
        { description: 'The Gateway that routes hang on.' },
      ),
      ingress: object({ refs: list(object(reference), 'Ingresses that are there.') }, [], {
        description: 'An Ingress, in the place of Gateway and route.',
      }),
      route: object(
        {
          http: object(
            {
              refs: list(nameReference, 'HTTPRoutes that are there; then none is made.'),
              spec: wholeHttpRouteSpec('Of the HTTPRoute that is made.'),
            },
            [],
            { description: 'The HTTPRoute.' },
          ),
          group: {
            type: 'string',
            minLength: 1,
            maxLength: 63,
            pattern: '^[a-z0-9]([a-z0-9-]*[a-z0-9])?$',
            description: 'Services of the same group share one route, by weight.',
          },
          weight: {
            type: 'integer',
            format: 'int32',
            minimum: 0,
            maximum: 1_000_000,
            description: 'Share of the requests to its group.',
          },
        },
        [],
        { description: 'How requests come in. Present, even if empty: a route is made.' },
      ),
      scheduler: scheduler(pods, version),
    },
    [],
    { description: 'How requests reach the Pods.' },
  );
}
