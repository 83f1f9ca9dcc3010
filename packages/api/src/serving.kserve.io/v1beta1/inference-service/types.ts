import type { Container, KubeObject, PodSpec } from '@serval/kube/objects';
import { type Static, Type } from 'typebox';
import { componentFields, modelFields, storageFields } from './component-fields.ts';
import type { FrameworkField } from './formats.ts';
import type { componentStatusSchema, inferenceServiceStatusSchema, modelStatusSchema } from './status-schema.ts';

const component = Type.Object(componentFields);
const model = Type.Object(modelFields);
const framework = Type.Object(storageFields);

type ComponentExtension = Static<typeof component>;
/** A source and the path it is placed under, `/mnt/models` by default. */
export interface StorageUri {
  uri: string;
  mountPath?: string;
}
export type ComponentSpec = ComponentExtension & Partial<PodSpec> & { storageUris?: StorageUri[] };
export type ModelSpec = Static<typeof model> & Partial<Container>;
export type FrameworkSpec = Static<typeof framework> & Partial<Container>;
export type PredictorSpec = ComponentSpec & {
  name?: string;
  model?: ModelSpec;
  storageContainerName?: string;
  workerSpec?: Partial<PodSpec> & { pipelineParallelSize?: number; tensorParallelSize?: number };
} & { [field in FrameworkField]?: FrameworkSpec };

export type ModelStatus = Static<typeof modelStatusSchema>;
export type FailureInfo = NonNullable<ModelStatus['lastFailureInfo']>;
export type ComponentStatus = Static<typeof componentStatusSchema>;
export type InferenceServiceStatus = Static<typeof inferenceServiceStatusSchema>;

export interface InferenceService extends KubeObject {
  spec: {
    predictor: PredictorSpec;
    transformer?: ComponentSpec;
    explainer?: ComponentSpec & { art?: FrameworkSpec & { type?: string; config?: Record<string, unknown> } };
    canary?: { predictor: PredictorSpec; trafficPercent: number }[];
  };
  status?: InferenceServiceStatus;
}
