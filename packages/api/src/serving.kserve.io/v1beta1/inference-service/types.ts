import type { Container, KubeObject, PodSpec } from '@serval/kube/objects';
import { type Static, Type } from 'typebox';
import { componentFields } from './component-fields.ts';
import type { FrameworkField } from './formats.ts';
import { artFields, modelFields, storageFields, type storageUriSchema } from './model-fields.ts';
import { predictorFields, workerFields } from './predictor-fields.ts';
import type { componentStatusSchema, inferenceServiceStatusSchema, modelStatusSchema } from './status-schema.ts';

const component = Type.Object(componentFields);
const model = Type.Object(modelFields);
const framework = Type.Object(storageFields);
const art = Type.Object(artFields);
const predictor = Type.Object(predictorFields);
const worker = Type.Object(workerFields);

/** A source and the path it is placed under, `/mnt/models` by default. */
export type StorageUri = Static<typeof storageUriSchema>;
export type ComponentSpec = Static<typeof component> & Partial<PodSpec> & { storageUris?: StorageUri[] };
export type ModelSpec = Static<typeof model> & Partial<Container>;
export type FrameworkSpec = Static<typeof framework> & Partial<Container>;
export type PredictorSpec = ComponentSpec &
  Static<typeof predictor> & {
    model?: ModelSpec;
    workerSpec?: Partial<PodSpec> & Static<typeof worker>;
  } & { [field in FrameworkField]?: FrameworkSpec };

export type ModelStatus = Static<typeof modelStatusSchema>;
export type FailureInfo = NonNullable<ModelStatus['lastFailureInfo']>;
export type ComponentStatus = Static<typeof componentStatusSchema>;
export type InferenceServiceStatus = Static<typeof inferenceServiceStatusSchema>;

export interface InferenceService extends KubeObject {
  spec: {
    predictor: PredictorSpec;
    transformer?: ComponentSpec;
    explainer?: ComponentSpec & { art?: Static<typeof art> & Partial<Container> };
    canary?: { predictor: PredictorSpec; trafficPercent: number }[];
  };
  status?: InferenceServiceStatus;
}
