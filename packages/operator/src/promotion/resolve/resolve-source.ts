import type { InferenceServiceStatus, KeptService, PromotionStatus } from '@serval/api';
import { checkReady } from '../checks/ready.ts';
import { settledOf } from '../health/settled.ts';
import { modelRevisions, type Workload } from '../workload.ts';
import { maxServiceBytes, sizeOf } from './kept-size.ts';
import { pinImages } from './pin-images.ts';
import { portableService } from './portable-service.ts';
import { runningImages } from './running-images.ts';

type Content = NonNullable<PromotionStatus['content']>;

export type Resolved =
  | { readonly state: 'resolved'; readonly service: KeptService; readonly content: Content }
  | { readonly state: 'waiting' | 'failed'; readonly reason: string; readonly message: string };

/**
 * What runs in a stage, as it is to run in others: Ready, with nothing under way, every image with the digest that its Pods run, and the
 * revision of the model that they read.
 *
 * @param base  the service as it was before the stage's overrides were laid over it, where that is known
 */
export function resolveSource(workload: Workload, base?: KeptService): Resolved {
  const { service } = workload;
  const { namespace, name } = service.metadata;
  const where = `InferenceService ${namespace}/${name}`;
  const ready = checkReady(service);
  if (ready.state !== 'passed') return { ...ready, reason: 'SourceNotReady' };
  const { canary, predictor } = service.spec;
  if (canary?.length || (predictor.canaryTrafficPercent ?? 100) < 100) {
    return waiting(`${where} tries a canary: what it serves is not one version`);
  }
  const settled = settledOf(workload);
  if (settled.state !== 'settled') return waiting(settled.message);
  const running = runningImages(workload.deployments, workload.pods);
  if (running.state === 'mixed') return waiting(running.message);
  const revisions = modelRevisions(workload);
  if (revisions.length > 1) {
    return waiting(`Pods of ${where} have read different contents of the model: ${revisions.join(', ')}`);
  }
  const kept = base ?? portableService(service);
  const pinned = { ...kept, spec: withRuntime(pinImages(kept.spec, running.images), service.status) };
  const bytes = sizeOf(pinned);
  if (bytes > maxServiceBytes) {
    const message = `${where} has ${bytes} bytes; what is promoted is kept whole, and has ${maxServiceBytes} at most`;
    return { state: 'failed', reason: 'TooLarge', message };
  }
  const storageUri = pinned.spec.predictor.model?.storageUri;
  const [modelRevision] = revisions;
  const content: Content = {
    images: running.images.map(({ component, container, image }) => ({
      // Containers of two components may have one name.
      container: component === 'predictor' ? container : `${component}/${container}`,
      image,
    })),
    ...(storageUri ? { storageUri } : {}),
    ...(modelRevision ? { modelRevision } : {}),
  };
  return { state: 'resolved', service: pinned, content };
}

/** A runtime that was chosen for the model stays the one, whichever others there are elsewhere. */
function withRuntime(spec: KeptService['spec'], status: InferenceServiceStatus | undefined): KeptService['spec'] {
  const runtime = status?.clusterServingRuntimeName ?? status?.servingRuntimeName;
  if (!spec.predictor.model || !runtime) return spec;
  return { ...spec, predictor: { ...spec.predictor, model: { ...spec.predictor.model, runtime } } };
}

function waiting(message: string): Resolved {
  return { state: 'waiting', reason: 'SourceNotReady', message };
}
