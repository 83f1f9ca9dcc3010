import type { PodSpec } from '@serval/kube/objects';
import type { StructuralSchema } from '@serval/kube/schema';
import { type Static, Type } from 'typebox';
import { int32, quantity, stringMap } from '../../schema/fields.ts';
import type { PodSchemas } from '../../schema/pod-schemas.ts';
import type { LlmVersion } from './llm-version.ts';
import { replicasOrScaling, scalingSchema } from './scaling.ts';

const share = (description: string) => Type.Optional(int32({ minimum: 1, description }));

const parallelismSchema = Type.Object(
  {
    tensor: share('Devices among which each layer is split.'),
    pipeline: share('Groups of layers, one after the other.'),
    data: share('Copies of the model that share the requests.'),
    dataLocal: share('Copies of the model on one node.'),
    dataRPCPort: Type.Optional(int32({ minimum: 1, maximum: 65535, description: 'Port on which the copies talk.' })),
    expert: Type.Optional(Type.Boolean({ description: 'Whether experts of the model are spread over the devices.' })),
  },
  { description: 'How the model is spread over devices and nodes.' },
);

/** What is in the volumes of a cache; its claim spec comes from the table of built-in kinds. */
interface CacheVolume {
  fileSystem?: {
    emptyDir?: { size: string | number };
    pvc?: { ref?: { name: string; path?: string }; spec?: Record<string, unknown> };
  };
}

function kvCacheOffloading(pods: PodSchemas): StructuralSchema {
  const size = (description: string) => quantity({ description }) as StructuralSchema;
  return {
    type: 'object',
    required: ['cpu'],
    description: 'Where the cache of keys and values goes when the devices are full.',
    properties: {
      cpu: size('Memory of the machine for it.'),
      evictionPolicy: {
        type: 'string',
        enum: ['lru', 'arc'],
        default: 'lru',
        description: 'What goes first: least recently used (lru), or adaptive (arc).',
      },
      secondary: {
        type: 'array',
        description: 'Where it goes when that is full too, in this order.',
        items: {
          type: 'object',
          properties: {
            fileSystem: {
              type: 'object',
              description: 'A volume: either emptyDir or pvc.',
              properties: {
                emptyDir: {
                  type: 'object',
                  required: ['size'],
                  description: 'Disk of the node, for as long as the Pod lives.',
                  properties: { size: size('Most that it may take.') },
                },
                pvc: {
                  type: 'object',
                  description: 'A claim: one that is there (ref), or one that is made (spec).',
                  properties: {
                    ref: {
                      type: 'object',
                      required: ['name'],
                      description: 'A claim that is there.',
                      properties: {
                        name: { type: 'string', description: 'Name of the claim.' },
                        path: { type: 'string', description: 'Folder in it.' },
                      },
                    },
                    spec: {
                      ...pods.definition('core/v1.PersistentVolumeClaimSpec'),
                      description: 'Of the claim that is made.',
                    },
                  },
                },
              },
            },
          },
        },
      },
    },
  };
}

const ownFields = {
  replicas: Type.Optional(int32({ minimum: 0, description: 'How many replicas there are. Not beside scaling.' })),
  scaling: Type.Optional(scalingSchema),
  parallelism: Type.Optional(parallelismSchema),
  labels: Type.Optional(stringMap({ description: 'Labels that its Pods get.' })),
  annotations: Type.Optional(stringMap({ description: 'Annotations that its Pods get.' })),
};
const own = Type.Object(ownFields);

/** The Pods of a model: of the whole of it, or of its prefill stage. */
export type Workload = Static<typeof own> & {
  template?: Partial<PodSpec>;
  worker?: Partial<PodSpec>;
  /** v1alpha2. */
  kvCacheOffloading?: { cpu: string | number; evictionPolicy?: 'lru' | 'arc'; secondary?: CacheVolume[] };
};

export function workloadFields(pods: PodSchemas, version: LlmVersion): Record<string, StructuralSchema> {
  return {
    ...(own as StructuralSchema).properties,
    template: podTemplate(
      pods,
      'Pod of the model: added to that of its base configurations. The container main serves.',
    ),
    worker: podTemplate(pods, 'Pods beside the first one, where a model takes several nodes.'),
    ...(version === 'v1alpha2' ? { kvCacheOffloading: kvCacheOffloading(pods) } : {}),
  };
}

export function workloadSchema(pods: PodSchemas, version: LlmVersion, description: string): StructuralSchema {
  return {
    type: 'object',
    description,
    properties: workloadFields(pods, version),
    'x-kubernetes-validations': replicasOrScaling,
  };
}

/** A PodSpec of which nothing is required, as it is added to others. */
export function podTemplate(pods: PodSchemas, description: string): StructuralSchema {
  const { required: _, ...podSpec } = pods.definition('core/v1.PodSpec');
  return { ...podSpec, description };
}
