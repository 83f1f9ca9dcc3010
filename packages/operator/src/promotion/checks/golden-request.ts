import type { InferenceService, PromotionCheck } from '@serval/api';

export interface GoldenRequest {
  readonly path: string;
  readonly body: string;
}

/**
 * What a Prediction sends: to the path that it names, else to the one where the protocol has the predictions of the model, which is called
 * like the service. The protocol is the check's, the service's, or what the body looks like.
 */
export function goldenRequestOf(
  { metadata, spec }: InferenceService,
  { request }: Pick<PromotionCheck, 'request'>,
): GoldenRequest {
  const body = request?.body ?? {};
  const model = spec.predictor.model?.protocolVersion;
  const protocol = request?.protocol ?? (model === 'v1' || model === 'v2' ? model : protocolOf(body));
  const name = metadata.name ?? '';
  const path = request?.path ?? (protocol === 'v2' ? `/v2/models/${name}/infer` : `/v1/models/${name}:predict`);
  return { path, body: JSON.stringify(body) };
}

/** Inputs of the Open Inference Protocol have a datatype each; those of V1 have none. */
function protocolOf({ inputs }: { inputs?: unknown }): 'v1' | 'v2' {
  const isV2 = Array.isArray(inputs) && inputs.some((input) => (input as { datatype?: unknown } | null)?.datatype);
  return isV2 ? 'v2' : 'v1';
}
