import type { StructuralSchema } from '@serval/kube/schema';
import { Type } from 'typebox';
import { int32, openObject, stringMap } from '../../../schema/fields.ts';
import type { PodSchemas } from '../../../schema/pod-schemas.ts';

export const supportedModelFormatSchema = Type.Object({
  name: Type.String({ description: 'Name of the format, as services write it.' }),
  version: Type.Optional(Type.String({ description: 'Version of the format.' })),
  autoSelect: Type.Optional(
    Type.Boolean({ description: 'Whether services of this format that name no runtime may get this one.' }),
  ),
  priority: Type.Optional(
    int32({ minimum: 1, description: 'Of several runtimes that fit, the one with the highest is taken.' }),
  ),
});

export const servingRuntimeFields = {
  supportedModelFormats: Type.Optional(Type.Array(supportedModelFormatSchema)),
  protocolVersions: Type.Optional(
    Type.Array(Type.String(), { description: 'Inference protocols that the server speaks; none written means v1.' }),
  ),
  disabled: Type.Optional(Type.Boolean({ description: 'Takes the runtime out of selection.' })),
  multiModel: Type.Optional(Type.Boolean({ description: 'One server holds many models (ModelMesh).' })),
  labels: Type.Optional(stringMap()),
  annotations: Type.Optional(stringMap()),
  replicas: Type.Optional(Type.Integer()),
  grpcEndpoint: Type.Optional(Type.String()),
  grpcDataEndpoint: Type.Optional(Type.String()),
  httpDataEndpoint: Type.Optional(Type.String()),
  storageHelper: Type.Optional(Type.Object({ disabled: Type.Optional(Type.Boolean()) })),
  builtInAdapter: Type.Optional(openObject()),
};

/** Fields of a runtime that are not its PodSpec's. */
export const runtimeOwnFields: ReadonlySet<string> = new Set([...Object.keys(servingRuntimeFields), 'workerSpec']);

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
] as const;

export function servingRuntimeSchema(pods: PodSchemas): StructuralSchema {
  const podFields = Object.fromEntries(
    runtimePodFields.flatMap((field) => (pods.podSpecFields[field] ? [[field, pods.podSpecFields[field]]] : [])),
  );
  // Unlike that of a Pod, it is merged key by key.
  const { 'x-kubernetes-map-type': _, ...nodeSelector } = podFields['nodeSelector'] as StructuralSchema;
  podFields['nodeSelector'] = nodeSelector;
  const own = Type.Object(servingRuntimeFields) as StructuralSchema;
  const workerSpec: StructuralSchema = {
    type: 'object',
    required: ['containers'],
    properties: {
      ...podFields,
      labels: stringMap() as StructuralSchema,
      annotations: stringMap() as StructuralSchema,
      pipelineParallelSize: { type: 'integer' },
      tensorParallelSize: { type: 'integer' },
    },
  };
  return {
    type: 'object',
    properties: {
      spec: {
        type: 'object',
        required: ['containers'],
        properties: { ...podFields, ...own.properties, workerSpec },
      },
      status: { type: 'object', 'x-kubernetes-preserve-unknown-fields': true },
    },
  };
}
