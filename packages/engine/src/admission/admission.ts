import type { Log } from '@serval/kube/client';
import { type AnyObject, cloneJson, deepEqual, StatusError } from '@serval/kube/objects';
import type { Catalogue } from '../registry/catalogue.ts';
import type { Admission, AdmissionAttributes } from '../registry/deps.ts';
import { apiVersionOf, type ServedResource } from '../registry/served-resource.ts';
import type { Store } from '../store/store.ts';
import type { Webhook } from './configuration.ts';
import { type MatchContext, matchWebhook } from './match.ts';
import { createCheckConditions } from './match-conditions.ts';
import { reviewObject, WebhookFailure } from './review.ts';
import type { CallWebhook } from './webhook-client.ts';

/** Admission by the stored webhook configurations. */
export function createAdmission(deps: {
  store: Store;
  catalogue: Catalogue;
  callWebhook: CallWebhook;
  log: Log;
}): Admission {
  const { store, catalogue, callWebhook, log } = deps;
  const checkConditions = createCheckConditions();
  const context: MatchContext = {
    namespaceLabels: (namespace) => store.get('/namespaces', `/${namespace}`)?.metadata.labels,
    equivalents: (resource) =>
      catalogue.all().filter((other) => other.stored === resource.stored && other !== resource),
  };

  /** Webhooks that want to see the request, by configuration name, then in order. */
  function matching(kind: 'mutating' | 'validating', attributes: AdmissionAttributes) {
    const matches: { webhook: Webhook; as: ServedResource }[] = [];
    for (const configuration of store.list(`admissionregistration.k8s.io/${kind}webhookconfigurations`)) {
      for (const webhook of (configuration['webhooks'] ?? []) as Webhook[]) {
        const as = matchWebhook(webhook, attributes, context);
        if (as) matches.push({ webhook, as });
      }
    }
    return matches;
  }

  async function ask(webhook: Webhook, as: ServedResource, attributes: AdmissionAttributes): Promise<AnyObject | null> {
    const { resource, object, oldObject } = attributes;
    const version = apiVersionOf(as);
    const convert = async (value: AnyObject | null) => (value ? resource.stored.convert(value, version) : null);
    try {
      const seen = { ...attributes, object: await convert(object), oldObject: await convert(oldObject) };
      if (!checkConditions(webhook, seen, as)) return object;
      const answered = await reviewObject(webhook, seen, as, callWebhook);
      if (answered === seen.object) return object;
      return answered && (await resource.stored.convert(answered, apiVersionOf(resource)));
    } catch (error) {
      if (!(error instanceof WebhookFailure)) throw error;
      if (webhook.failurePolicy === 'Ignore') {
        log.warn({ webhook: webhook.name, error: error.message }, 'webhook failed and is ignored');
        return object;
      }
      throw new StatusError('InternalError', `Internal error occurred: ${error.message}`, { cause: error });
    }
  }

  return {
    async mutate(attributes) {
      let object = attributes.object!;
      const again: { webhook: Webhook; as: ServedResource; seen: AnyObject }[] = [];
      // Matched one by one: a webhook may add the label that the next one looks for.
      for (const { webhook } of candidates(store)) {
        const current = { ...attributes, object };
        const as = matchWebhook(webhook, current, context);
        if (!as) continue;
        object = (await ask(webhook, as, current)) ?? object;
        if (webhook.reinvocationPolicy === 'IfNeeded') again.push({ webhook, as, seen: object });
      }
      for (const { webhook, as, seen } of again) {
        // Asked once more when something changed after its turn.
        if (seen !== object && !deepEqual(seen, object))
          object = (await ask(webhook, as, { ...attributes, object })) ?? object;
      }
      // A webhook of the same process must not keep hold of what is going to be changed and stored.
      return object === attributes.object ? object : cloneJson(object);
    },
    async validate(attributes) {
      await Promise.all(matching('validating', attributes).map(({ webhook, as }) => ask(webhook, as, attributes)));
    },
  };
}

function candidates(store: Store): { webhook: Webhook }[] {
  return store
    .list('admissionregistration.k8s.io/mutatingwebhookconfigurations')
    .flatMap((configuration) => ((configuration['webhooks'] ?? []) as Webhook[]).map((webhook) => ({ webhook })));
}
