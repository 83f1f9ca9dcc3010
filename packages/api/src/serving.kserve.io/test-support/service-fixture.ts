import {
  type InferenceService,
  type PredictorSpec,
  validateInferenceService,
} from '../v1beta1/inference-service/index.ts';

/** What tests start from. */
export const model = { modelFormat: { name: 'xgboost' }, storageUri: 's3://models/iris' };

/** A service with this predictor, and whatever else of its spec. */
export function service(
  predictor: unknown,
  annotations: Record<string, string> = {},
  more: object = {},
): InferenceService {
  return {
    apiVersion: 'serving.kserve.io/v1beta1',
    kind: 'InferenceService',
    metadata: { name: 'iris', namespace: 'default', annotations },
    spec: { predictor: predictor as PredictorSpec, ...more },
  };
}

/** The paths of all errors. */
export function pathsOf(object: InferenceService, old?: InferenceService): string[] {
  return validateInferenceService(object, old).map(({ path }) => path);
}

/** A rule in words, the object that keeps or breaks it, and the paths that are expected. */
export type Case = [rule: string, object: InferenceService, expected: string[]];
