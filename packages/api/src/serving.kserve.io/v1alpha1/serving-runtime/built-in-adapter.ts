import type { StructuralSchema } from '@serval/kube/schema';
import { type Static, Type } from 'typebox';
import type { PodSchemas } from '../../../schema/pod-schemas.ts';

const ownFields = {
  serverType: Type.Optional(
    Type.String({ description: 'The server: triton, mlserver or ovms; its container has the same name.' }),
  ),
  runtimeManagementPort: Type.Optional(Type.Integer({ description: 'Port on which it takes commands to load.' })),
  memBufferBytes: Type.Optional(
    Type.Integer({ description: "Bytes of the container's memory that are not for models." }),
  ),
  modelLoadingTimeoutMillis: Type.Optional(
    Type.Integer({ description: 'Milliseconds that loading a model may take.' }),
  ),
};
const own = Type.Object(ownFields);

export type BuiltInAdapter = Static<typeof own> & { env?: { name: string; value?: string }[] };

/** What multi-model servers are told (KServe's BuiltInAdapter). */
export function builtInAdapterFields(pods: PodSchemas): Record<string, StructuralSchema> {
  const { items = {} } = pods.container.properties?.['env'] ?? {};
  return {
    ...(own as StructuralSchema).properties,
    // Unlike that of a container, the list is replaced as a whole.
    env: { type: 'array', items, description: 'Environment variables for the adapter.' },
  };
}
