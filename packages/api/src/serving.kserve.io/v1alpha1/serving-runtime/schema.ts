import type { StructuralSchema } from '@serval/kube/schema';
import { Type } from 'typebox';
import { int32, stringMap } from '../../../schema/fields.ts';
import type { PodSchemas } from '../../../schema/pod-schemas.ts';
import { builtInAdapterFields } from './built-in-adapter.ts';

export const supportedModelFormatSchema = Type.Object({
  name: Type.String({ description: 'Name of the format, as services write it.' }),
  version: Type.Optional(
    Type.String({ description: 'Version of the format, as services write it: 1, 1.5 or 1.5.0. Absent: any.' }),
  ),
  autoSelect: Type.Optional(
    Type.Boolean({
      description: 'Whether services of this format that name no runtime may get this one. Default false.',
    }),
  ),
  priority: Type.Optional(
    int32({
      minimum: 1,
      description: 'Of several runtimes that fit, the one with the highest is taken. Counts with autoSelect only.',
    }),
  ),
});

export const servingRuntimeFields = {
  supportedModelFormats: Type.Optional(
    Type.Array(supportedModelFormatSchema, { description: 'Formats of the models that the server can load.' }),
  ),
  protocolVersions: Type.Optional(
    Type.Array(Type.String(), {
      description: 'Inference protocols that the server speaks: v1, v2, grpc-v1, grpc-v2; none written means any.',
    }),
  ),
  disabled: Type.Optional(Type.Boolean({ description: 'Takes the runtime out of selection. Default false.' })),
  multiModel: Type.Optional(Type.Boolean({ description: 'One server holds many models (ModelMesh). Default false.' })),
  labels: Type.Optional(stringMap({ description: 'Labels for the Pods.' })),
  annotations: Type.Optional(stringMap({ description: 'Annotations for the Pods.' })),
  replicas: Type.Optional(
    Type.Integer({ description: 'Pods of a multi-model runtime. Default: of the configuration.' }),
  ),
  grpcEndpoint: Type.Optional(
    Type.String({ description: 'Where a multi-model server takes commands to load: port:NUMBER or unix:PATH.' }),
  ),
  grpcDataEndpoint: Type.Optional(
    Type.String({ description: 'Where a multi-model server answers gRPC: port:NUMBER or unix:PATH.' }),
  ),
  httpDataEndpoint: Type.Optional(
    Type.String({ description: 'Where a multi-model server answers HTTP: port:NUMBER or unix:PATH.' }),
  ),
  storageHelper: Type.Optional(
    Type.Object(
      { disabled: Type.Optional(Type.Boolean({ description: 'The server fetches models itself. Default false.' })) },
      { description: 'Who fetches the models of a multi-model runtime.' },
    ),
  ),
};

/** What the workers of several nodes have beside their PodSpec. */
export const runtimeWorkerFields = {
  labels: Type.Optional(stringMap({ description: 'Labels for the worker Pods.' })),
  annotations: Type.Optional(stringMap({ description: 'Annotations for the worker Pods.' })),
  pipelineParallelSize: Type.Optional(
    Type.Integer({
      description: 'Parts that the layers of a model are split into: Pods in all, the first among them. Default 1.',
    }),
  ),
  tensorParallelSize: Type.Optional(
    Type.Integer({ description: 'GPUs of one Pod, among which each layer is split. Default 1.' }),
  ),
};

/** Fields of a runtime that are not its PodSpec's. */
export const runtimeOwnFields: ReadonlySet<string> = new Set([
  ...Object.keys(servingRuntimeFields),
  'builtInAdapter',
  'workerSpec',
]);

/** Fields of a `workerSpec`, of runtimes and of services, that are not its PodSpec's. */
export const workerOwnFields: ReadonlySet<string> = new Set(Object.keys(runtimeWorkerFields));

/** The part of PodSpec that runtimes have (KServe's ServingRuntimePodSpec). */
export const runtimePodFields = [
  'containers',
  'volumes',
  'nodeSelector',
  'affinity',
  'tolerations',
  'imagePullSecrets',
  'hostIPC',
  'schedulerName',
  'resourceClaims',
] as const;

export function servingRuntimeSchema(pods: PodSchemas): StructuralSchema {
  const podFields = podFieldsOf(pods);
  const { properties: own } = Type.Object(servingRuntimeFields) as StructuralSchema;
  const { properties: workers } = Type.Object(runtimeWorkerFields) as StructuralSchema;
  return {
    type: 'object',
    properties: {
      spec: {
        type: 'object',
        description: 'The Pod that serves a model, and what models it can serve.',
        required: ['containers'],
        properties: {
          ...podFields,
          ...own,
          builtInAdapter: {
            type: 'object',
            description: 'How ModelMesh talks to a multi-model server that it knows.',
            properties: builtInAdapterFields(pods),
          },
          workerSpec: {
            type: 'object',
            description: 'Further Pods that serve one model together with the first, each with its share of the GPUs.',
            required: ['containers'],
            properties: { ...podFields, ...workers },
          },
        },
      },
      status: {
        type: 'object',
        description: 'Nothing is written here.',
        'x-kubernetes-preserve-unknown-fields': true,
      },
    },
  };
}

function podFieldsOf(pods: PodSchemas): Record<string, StructuralSchema> {
  const fields = Object.fromEntries(
    runtimePodFields.flatMap((field) => (pods.podSpecFields[field] ? [[field, pods.podSpecFields[field]]] : [])),
  );
  // Unlike that of a Pod, it is merged key by key.
  const { 'x-kubernetes-map-type': _, ...nodeSelector } = fields['nodeSelector'] ?? {};
  return { ...fields, nodeSelector };
}
