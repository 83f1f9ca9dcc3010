import type { StructuralSchema } from '@serval/kube/schema';
import { Type } from 'typebox';
import { condition, int32, int64, stringMap } from '../../../schema/fields.ts';
import type { PodSchemas } from '../../../schema/pod-schemas.ts';

const routerTypes = ['Sequence', 'Splitter', 'Ensemble', 'Switch'] as const;

export const graphStepSchema = Type.Object({
  name: Type.Optional(
    Type.String({ description: 'Name of the step, once per node; an Ensemble answers under it. Default: its index.' }),
  ),
  nodeName: Type.Optional(Type.String({ description: 'Node of this graph that takes the request.' })),
  serviceName: Type.Optional(
    Type.String({ description: 'InferenceService of the same namespace that takes the request.' }),
  ),
  serviceUrl: Type.Optional(Type.String({ description: 'URL that takes the request, whoever serves it.' })),
  data: Type.Optional(
    Type.String({
      description:
        'What a step of a Sequence gets: $request (the default) or $response, the answer of the step before.',
    }),
  ),
  mapPredictionsToInstances: Type.Optional(
    Type.Boolean({
      description:
        'Sends the predictions of the step before as instances, so that models can be chained. Default false.',
    }),
  ),
  weight: Type.Optional(
    int64({ description: 'Percent of the requests that a Splitter sends here; those of one node sum to 100.' }),
  ),
  condition: Type.Optional(
    Type.String({
      description:
        'Path in JSON (GJSON). A Switch takes the first step whose path is in the request; a Sequence ends before a step whose path is not in the answer so far.',
    }),
  ),
  dependency: Type.Optional(
    Type.Enum(['Soft', 'Hard'], {
      type: 'string',
      description: 'Hard: a failure of this step is the answer of the node. Soft (the default): the node goes on.',
    }),
  ),
});

export const graphNodeSchema = Type.Object({
  routerType: Type.Enum([...routerTypes], {
    type: 'string',
    description:
      'Sequence: one step after the other; Splitter: one by weight; Ensemble: all at once; Switch: the first whose condition holds.',
  }),
  steps: Type.Optional(Type.Array(graphStepSchema, { description: 'Where requests go from this node.' })),
});

export const graphSpecFields = {
  nodes: Type.Unsafe<Record<string, unknown>>({
    type: 'object',
    additionalProperties: graphNodeSchema,
    description: 'Nodes by name. Requests enter at the one that is named root.',
  }),
  timeout: Type.Optional(int64({ description: 'Seconds that a request to the graph may take.' })),
  routerTimeouts: Type.Optional(
    Type.Object(
      {
        serverRead: Type.Optional(int64({ description: 'Seconds for reading a request.' })),
        serverWrite: Type.Optional(int64({ description: 'Seconds for writing an answer.' })),
        serverIdle: Type.Optional(int64({ description: 'Seconds that an idle connection is kept.' })),
        serviceClient: Type.Optional(int64({ description: 'Seconds for one call of a step.' })),
      },
      { description: 'Time limits of the router itself.' },
    ),
  ),
  minReplicas: Type.Optional(
    int32({ description: 'Fewest Pods of the router. Default 1; 0 only where something can scale from zero.' }),
  ),
  maxReplicas: Type.Optional(int32({ description: 'Most Pods of the router; 0 or absent: as minReplicas.' })),
  scaleTarget: Type.Optional(int32({ description: 'Value of scaleMetric to aim at per Pod.' })),
  scaleMetric: Type.Optional(
    Type.Enum(['cpu', 'memory', 'concurrency', 'rps'], {
      type: 'string',
      description: 'What to scale on: cpu (the default) or memory; concurrency or rps only in Knative mode.',
    }),
  ),
  nodeSelector: Type.Optional(stringMap({ description: 'Labels of the nodes that the router may run on.' })),
  nodeName: Type.Optional(Type.String({ description: 'The one node that the router must run on.' })),
  serviceAccountName: Type.Optional(Type.String({ description: 'ServiceAccount of the router. Default: default.' })),
};

export const graphStatusSchema = Type.Object(
  {
    observedGeneration: Type.Optional(int64({ description: 'metadata.generation that this status speaks of.' })),
    conditions: Type.Optional(
      Type.Array(condition(), { description: 'What is true of the graph; Ready sums up the others.' }),
    ),
    annotations: Type.Optional(stringMap({ description: 'Further notes of the controller.' })),
    url: Type.Optional(Type.String({ description: 'URL of the graph.' })),
    deploymentMode: Type.Optional(Type.String({ description: 'How the router runs: Standard or Knative.' })),
  },
  { description: 'What was observed last.' },
);

export function inferenceGraphSchema(pods: PodSchemas): StructuralSchema {
  const { properties, required } = Type.Object(graphSpecFields) as StructuralSchema;
  return {
    type: 'object',
    properties: {
      spec: {
        type: 'object',
        description: 'The nodes of the graph, and the Pods of the router that sends requests through it.',
        ...(required ? { required } : {}),
        properties: {
          ...properties,
          resources: { ...pods.definition('core/v1.ResourceRequirements'), description: 'Resources of the router.' },
          affinity: { ...pods.definition('core/v1.Affinity'), description: 'Nodes and Pods to run near or far from.' },
          tolerations: {
            type: 'array',
            items: pods.definition('core/v1.Toleration'),
            description: 'Taints of nodes that the router puts up with.',
          },
        },
      },
      status: graphStatusSchema as StructuralSchema,
    },
  };
}
