import type { StructuralSchema } from '@serval/kube/schema';
import { Type } from 'typebox';
import type { PodSchemas } from '../../../schema/pod-schemas.ts';

export const workloadTypes = ['initContainer', 'localModelDownloadJob'] as const;

export const storageContainerFields = {
  supportedUriFormats: Type.Array(
    Type.Object({
      prefix: Type.Optional(Type.String({ description: 'Beginning of the addresses, such as s3://.' })),
      regex: Type.Optional(
        Type.String({ description: 'Regular expression (RE2) for the addresses. Not read beside prefix.' }),
      ),
    }),
    { description: 'Addresses that the container can fetch from; one that fits is enough.' },
  ),
  workloadType: Type.Optional(
    Type.String({
      default: 'initContainer',
      description:
        'initContainer (the default): of Pods that serve; localModelDownloadJob: of Jobs that fill node caches.',
    }),
  ),
  supportsMultiModelDownload: Type.Optional(
    Type.Boolean({
      default: false,
      description: 'Whether the container takes several pairs of address and folder at once. Default false.',
    }),
  ),
};

export function clusterStorageContainerSchema(pods: PodSchemas): StructuralSchema {
  const { properties, required = [] } = Type.Object(storageContainerFields) as StructuralSchema;
  return {
    type: 'object',
    properties: {
      disabled: { type: 'boolean', description: 'Takes the container out of selection. Default false.' },
      spec: {
        type: 'object',
        description: 'The container, and the addresses that it can fetch from.',
        required: ['container', ...required],
        properties: {
          container: { ...pods.container, description: 'The container that fetches models.' },
          ...properties,
        },
      },
    },
  };
}
