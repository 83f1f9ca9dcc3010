import type { KubeObject } from '@serval/kube/objects';
import type { Static } from 'typebox';
import type { trainedModelSpecSchema, trainedModelStatusSchema } from './schema.ts';

export type TrainedModelSpec = Static<typeof trainedModelSpecSchema>;
export type TrainedModelStatus = Static<typeof trainedModelStatusSchema>;

/** One of many models that the server of an InferenceService holds. */
export interface TrainedModel extends KubeObject {
  spec: TrainedModelSpec;
  status?: TrainedModelStatus;
}
