import type { InferenceService, PromotionCheck } from '@serval/api';
import type { Cache, Client, Clock } from '@serval/kube/client';
import type { Pod, Service } from '@serval/kube/objects';
import type { DeliveryContext } from '../credentials/decide-delivery.ts';
import type { ReferenceCache } from '../credentials/reference-cache.ts';
import { resolveDelivery } from '../credentials/resolve-delivery.ts';
import type { NamespaceCredentialsSource } from '../pipeline/namespace-credentials.ts';
import type { StorageFor } from '../pipeline/storage/storage-for.ts';
import { type CheckResult, passed } from './checks/check.ts';
import { checkPrediction } from './checks/prediction.ts';
import { checkPull } from './checks/pull.ts';
import { checkRead } from './checks/read.ts';
import type { Observed } from './observe.ts';
import { withOverrides } from './overrides.ts';
import { createPasses } from './passes.ts';
import { promotionDigest } from './resolve/digest.ts';
import type { AskChecks } from './steps/check.ts';
import type { AskTarget } from './steps/roll-out.ts';
import { promotedObject } from './target-object.ts';
import { canaryPredictorName } from './workload.ts';

export interface AskDeps {
  readonly client: Client;
  /** Services of components, and Pods with the label of services. */
  readonly kubeServices: Cache<Service>;
  readonly pods: Cache<Pod>;
  readonly credentials: Pick<NamespaceCredentialsSource, 'of'>;
  readonly storageFor: StorageFor;
  readonly references: Pick<ReferenceCache, 'read'>;
  readonly deliveryContext: () => DeliveryContext;
  readonly clock: Pick<Clock, 'now'>;
}

type Subject = (observed: Observed, signal: AbortSignal) => Promise<CheckResult>;

/** All that is asked on the way of a Promotion: before anything is changed, and of the service in its new place. */
export function createAsk(deps: AskDeps): { askChecks: AskChecks; askTarget: AskTarget } {
  const { client, pods, kubeServices, credentials, storageFor, references, deliveryContext } = deps;
  const answers = { client, kubeServices };
  // What is gone back to runs nowhere; it answers in its stage, as a canary first where the stage has one.
  const askSource: Subject = async ({ from, to }, signal) =>
    from?.workload ? await predict(from.workload.service, to?.stage.promotion?.checks, undefined, signal) : passed;
  const askPull: Subject = async (observed, signal) => {
    const subject = pullSubject(observed);
    return subject ? await checkPull(subject, { credentials, read: references.read }, signal) : passed;
  };
  const askRead: Subject = async (observed, signal) => {
    const service = serviceThere(observed);
    if (!service) return passed;
    const { namespace = '', name = '', uid = '' } = observed.promotion.metadata;
    const context = deliveryContext();
    const reading = {
      client,
      pods,
      config: context.config,
      refusalOf: async (...[request, asked]: Parameters<Parameters<typeof checkRead>[1]['refusalOf']>) => {
        const given = await storageFor(request.namespace, asked);
        const decision = await resolveDelivery(request, { ...context, given }, references.read, asked);
        return decision.state === 'refused' ? decision.problems.join('; ') : undefined;
      },
    };
    return await checkRead({ service, promotion: { namespace, name, uid } }, reading, signal);
  };

  /** The first result that is not `passed`. */
  async function predict(
    service: InferenceService,
    checks: readonly PromotionCheck[] | undefined,
    kubeService: string | undefined,
    signal: AbortSignal,
  ): Promise<CheckResult> {
    for (const check of checks ?? []) {
      if (check.type !== 'Prediction') continue;
      const result = await checkPrediction(
        { service, check, ...(kubeService ? { kubeService } : {}) },
        answers,
        signal,
      );
      if (result.state !== 'passed') return result;
    }
    return passed;
  }

  const asks = { source: askSource, pull: askPull, read: askRead };
  const passes = createPasses(deps.clock);

  return {
    async askChecks(observed, signal) {
      const notes: string[] = [];
      const { metadata, status } = observed.promotion;
      const digest = status?.service && status.content && promotionDigest(status.service, status.content);
      const subject = JSON.stringify([metadata.uid, digest, observed.to?.stage]);
      for (const [name, ask] of Object.entries(asks)) {
        const known = passes.get(subject, name);
        const result = known ?? (await ask(observed, signal));
        if (result.state !== 'passed') return result;
        if (!known) passes.set(subject, name, result);
        if (result.note) notes.push(result.note);
      }
      return notes.length > 0 ? { state: 'passed', note: notes.join('; ') } : passed;
    },
    askTarget: async ({ to }, { service }, isCanary, signal) =>
      await predict(service, to?.stage.promotion?.checks, isCanary ? canaryPredictorName(service) : undefined, signal),
  };
}

/** The service as it will be in its stage. */
function serviceThere({ promotion, to }: Observed): InferenceService | undefined {
  if (!promotion.status?.service || !to) return undefined;
  const there = { namespace: to.stage.namespace, name: promotion.spec.service, live: undefined, former: undefined };
  return promotedObject(promotion, to.stage, undefined, there);
}

/** What Pods of the stage will have to pull there, and with what besides the stage's credentials. */
function pullSubject({ promotion, to }: Observed): Parameters<typeof checkPull>[0] | undefined {
  const { service: kept, content } = promotion.status ?? {};
  if (!kept || !to) return undefined;
  const { predictor, transformer, explainer } = withOverrides(kept, promotion.spec.service, to.stage).spec;
  const images = (content?.images ?? []).flatMap(({ image }) => image ?? []);
  const pullSecrets = [predictor, transformer, explainer].flatMap((component) =>
    (component?.imagePullSecrets ?? []).flatMap(({ name }) => name ?? []),
  );
  const { serviceAccountName } = predictor;
  return {
    namespace: to.stage.namespace,
    images: [...images, ...modelImages(predictor)],
    ...(pullSecrets.length > 0 ? { pullSecrets } : {}),
    ...(serviceAccountName ? { serviceAccount: serviceAccountName } : {}),
  };
}

/** Models that are images. */
function modelImages({ model, storageUris = [] }: InferenceService['spec']['predictor']): string[] {
  const uris = [model?.storageUri, ...storageUris.map(({ uri }) => uri)];
  return uris.filter((uri) => uri !== undefined).filter((uri) => uri.startsWith('oci://'));
}
