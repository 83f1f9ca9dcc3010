import type { KubeObject, PodSpec } from '@serval/kube/objects';
import { type Static, Type } from 'typebox';
import type { BuiltInAdapter } from './built-in-adapter.ts';
import {
  type runtimePodFields,
  runtimeWorkerFields,
  servingRuntimeFields,
  type supportedModelFormatSchema,
} from './schema.ts';

const own = Type.Object(servingRuntimeFields);
const worker = Type.Object(runtimeWorkerFields);

export type SupportedModelFormat = Static<typeof supportedModelFormatSchema>;
type RuntimePodSpec = { [field in (typeof runtimePodFields)[number]]?: PodSpec[field] };
export type ServingRuntimeSpec = Static<typeof own> &
  RuntimePodSpec & {
    containers: PodSpec['containers'];
    builtInAdapter?: BuiltInAdapter;
    workerSpec?: RuntimePodSpec & Static<typeof worker>;
  };

/** A server that can serve some formats, for the services of its namespace. */
export interface ServingRuntime extends KubeObject {
  spec: ServingRuntimeSpec;
}
/** The same for every namespace. */
export interface ClusterServingRuntime extends KubeObject {
  spec: ServingRuntimeSpec;
}
