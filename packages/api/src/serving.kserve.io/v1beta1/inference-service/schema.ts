import type { StructuralSchema } from '@serval/kube/schema';
import { type TSchema, Type } from 'typebox';
import { int32 } from '../../../schema/fields.ts';
import type { PodSchemas } from '../../../schema/pod-schemas.ts';
import { componentFields } from './component-fields.ts';
import { frameworkFields } from './formats.ts';
import { artFields, modelFields, storageFields, storageUrisSchema } from './model-fields.ts';
import { predictorFields, workerFields } from './predictor-fields.ts';
import { inferenceServiceStatusSchema } from './status-schema.ts';

/** Fields of whole objects. Pod parts are as open or as full as `pods` makes them. */
export function inferenceServiceSchema(pods: PodSchemas): StructuralSchema {
  const predictor = predictorSchema(pods);
  return {
    type: 'object',
    properties: {
      spec: {
        type: 'object',
        description: 'What to serve.',
        required: ['predictor'],
        properties: {
          predictor: { ...predictor, description: 'Answers predictions: a model, or a server of your own.' },
          transformer: {
            ...componentSchema(pods, {}),
            description:
              'Stands before the predictor and changes what goes in and comes out. Its first container does it.',
          },
          explainer: {
            ...componentSchema(pods, {
              art: {
                ...containerWith(pods, artFields),
                description: "Explains with the Adversarial Robustness Toolbox's server.",
              },
            }),
            description: 'Answers explanations, asking the predictor on the way: art, or containers of your own.',
          },
          canary: {
            type: 'array',
            'x-kubernetes-list-type': 'atomic',
            description: 'Other predictors that get a share of the traffic, to try a new model. Standard mode only.',
            items: {
              type: 'object',
              required: ['predictor', 'trafficPercent'],
              properties: {
                predictor: {
                  ...predictor,
                  description: 'What the canary serves. Its name is needed; its replicas are fixed.',
                },
                trafficPercent: plain(
                  int32({
                    minimum: 0,
                    maximum: 100,
                    description: 'Percent of the traffic it gets; 0 starts it without any.',
                  }),
                ),
              },
            },
          },
        },
      },
      status: { ...plain(inferenceServiceStatusSchema), description: 'What was last seen of the service.' },
    },
  };
}

function predictorSchema(pods: PodSchemas): StructuralSchema {
  const frameworks = frameworkFields.map((field) => [
    field,
    { ...containerWith(pods, storageFields), description: `Short form of model with modelFormat ${field}.` },
  ]);
  const { properties } = plain(Type.Object(predictorFields));
  return componentSchema(pods, {
    model: {
      ...containerWith(pods, modelFields),
      description:
        "The model, and what its runtime's container should have otherwise (resources, env, args and so on).",
    },
    ...Object.fromEntries(frameworks),
    ...properties,
    workerSpec: workerSchema(pods),
  });
}

/** A PodSpec with the fields every component has, and `more`. */
function componentSchema(pods: PodSchemas, more: Record<string, StructuralSchema>): StructuralSchema {
  return {
    type: 'object',
    properties: {
      ...pods.podSpecFields,
      ...plain(Type.Object(componentFields)).properties,
      storageUris: plain(storageUrisSchema),
      ...more,
    },
  };
}

function workerSchema(pods: PodSchemas): StructuralSchema {
  return {
    type: 'object',
    description: 'Further Pods that serve one model together with the first, each with its share of the GPUs.',
    properties: { ...pods.podSpecFields, ...plain(Type.Object(workerFields)).properties },
  };
}

/** A container with `fields` among its own, none of them required: the runtime gives the name, and validation speaks of the rest. */
function containerWith(pods: PodSchemas, fields: Record<string, TSchema>): StructuralSchema {
  const { required: _, ...container } = pods.container;
  const name: StructuralSchema = {
    type: 'string',
    description: 'Name of the container; leave it out, the runtime gives it.',
  };
  return { ...container, properties: { ...container.properties, ...plain(Type.Object(fields)).properties, name } };
}

/** TypeBox's schemas are JSON Schema; those used here keep to what a structural schema may have. */
function plain(schema: object): StructuralSchema {
  return schema as StructuralSchema;
}
