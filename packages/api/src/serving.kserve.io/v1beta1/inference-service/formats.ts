/**
 * The predictor fields that name a framework, KServe's first form of `model`. Each is a container with `storageUri`,
 * `protocolVersion` and `runtimeVersion` beside the container's own fields.
 */
export const frameworkFields = [
  'sklearn',
  'xgboost',
  'lightgbm',
  'onnx',
  'tensorflow',
  'pytorch',
  'triton',
  'huggingface',
  'pmml',
  'paddle',
] as const;
export type FrameworkField = (typeof frameworkFields)[number];

/** Formats whose old form meant protocol v2 where none was written (KServe's defaulter). */
export const v2ByDefault: ReadonlySet<string> = new Set(['triton', 'onnx', 'huggingface']);
