import type { StructuralSchema } from '@serval/kube/schema';
import { Type } from 'typebox';
import { int32, openObject } from '../../../schema/fields.ts';
import type { PodSchemas } from '../../../schema/pod-schemas.ts';
import { componentFields, modelFields, storageFields } from './component-fields.ts';
import { frameworkFields } from './formats.ts';
import { inferenceServiceStatusSchema } from './status-schema.ts';

/** Fields of whole objects. Pod parts are as open or as full as `pods` makes them. */
export function inferenceServiceSchema(pods: PodSchemas): StructuralSchema {
  const predictor = predictorSchema(pods);
  return {
    type: 'object',
    properties: {
      spec: {
        type: 'object',
        required: ['predictor'],
        properties: {
          predictor,
          transformer: componentSchema(pods, {}),
          explainer: componentSchema(pods, {
            art: containerWith(pods, {
              ...storageFields,
              type: Type.Optional(Type.String()),
              config: Type.Optional(openObject()),
            }),
          }),
          canary: {
            type: 'array',
            'x-kubernetes-list-type': 'atomic',
            items: {
              type: 'object',
              required: ['predictor', 'trafficPercent'],
              properties: {
                predictor: { type: 'object', 'x-kubernetes-preserve-unknown-fields': true },
                trafficPercent: plain(int32({ minimum: 0, maximum: 100 })),
              },
            },
          },
        },
      },
      status: plain(inferenceServiceStatusSchema),
    },
  };
}

function predictorSchema(pods: PodSchemas): StructuralSchema {
  const frameworks = Object.fromEntries(frameworkFields.map((field) => [field, containerWith(pods, storageFields)]));
  return componentSchema(pods, {
    model: containerWith(pods, modelFields),
    ...frameworks,
    name: { type: 'string', pattern: '^[a-z]([-a-z0-9]*[a-z0-9])?$' },
    storageContainerName: { type: 'string' },
    workerSpec: componentless(pods, {
      pipelineParallelSize: { type: 'integer' },
      tensorParallelSize: { type: 'integer' },
    }),
  });
}

/** A PodSpec with the fields every component has, and `more`. */
function componentSchema(pods: PodSchemas, more: Record<string, StructuralSchema>): StructuralSchema {
  const storageUris: StructuralSchema = {
    type: 'array',
    minItems: 1,
    'x-kubernetes-list-type': 'atomic',
    items: {
      type: 'object',
      required: ['uri'],
      properties: { uri: { type: 'string' }, mountPath: { type: 'string' } },
    },
  };
  return componentless(pods, { ...plain(Type.Object(componentFields)).properties, storageUris, ...more });
}

function componentless(pods: PodSchemas, fields: Record<string, StructuralSchema>): StructuralSchema {
  return {
    type: 'object',
    properties: { ...pods.podSpecFields, ...fields },
  };
}

/** A container with `fields` among its own. Its name is not required: the runtime gives it. */
function containerWith(pods: PodSchemas, fields: Parameters<typeof Type.Object>[0]): StructuralSchema {
  const own = plain(Type.Object(fields));
  const { required: _, ...container } = pods.container;
  return {
    ...container,
    properties: { ...container.properties, ...own.properties },
    ...(own.required && own.required.length > 0 ? { required: own.required } : {}),
  };
}

/** TypeBox's schemas are JSON Schema; those used here keep to what a structural schema may have. */
function plain(schema: object): StructuralSchema {
  return schema as StructuralSchema;
}
