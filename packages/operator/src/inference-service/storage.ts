import type { DeliveryContext } from '../credentials/decide-delivery.ts';
import { type ReadReference, resolveDelivery } from '../credentials/resolve-delivery.ts';
import { storageRequestOf } from '../credentials/storage-request.ts';
import { podTemplateOf } from './render/pod-template.ts';
import { isMade, type Rendered } from './render/render-inference-service.ts';

/** `reason` of PredictorReady when something that the model's storage refers to is not there or not usable. */
const storageConfigInvalid = 'StorageConfigInvalid';

/**
 * What was rendered, if its Pods can have their model's credentials; otherwise the failure that says what is missing, so that
 * no Pod is made that would only fail later.
 */
export async function withStorage(
  rendered: Rendered,
  context: DeliveryContext,
  read: ReadReference,
  signal: AbortSignal,
): Promise<Rendered> {
  if (!isMade(rendered)) return rendered;
  for (const object of rendered.objects) {
    const template = podTemplateOf(object);
    const request = template && storageRequestOf(template, rendered.predictor.namespace);
    if (!request) continue;
    const decision = await resolveDelivery(request, context, read, signal);
    if (decision.state === 'refused') {
      return {
        state: 'failed',
        reason: 'InvalidPredictorSpec',
        conditionReason: storageConfigInvalid,
        message: decision.problems.join('; '),
      };
    }
  }
  return rendered;
}
