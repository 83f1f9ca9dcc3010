import type { Pod } from '@serval/kube/objects';
import { decideAgentCredentials } from '../agent/agent-credentials.ts';
import { agentRequestOf } from '../agent/agent-request.ts';
import { withAgent } from '../agent/with-agent.ts';
import { type DeliveryContext, decideDelivery } from '../credentials/decide-delivery.ts';
import { type ReadReference, resolveReferences } from '../credentials/resolve-delivery.ts';
import { storageRequestOf } from '../credentials/storage-request.ts';
import { mutatePod } from './mutate-pod.ts';
import { withScraping } from './scraping.ts';

export type Provided =
  | { readonly state: 'provided'; readonly pod: Pod }
  | { readonly state: 'refused'; readonly problems: readonly string[] };

/**
 * The Pod of a service with all that it lacks, in KServe's order: what fetches its model, what reports and joins its requests, and where its
 * metrics are. Nothing is read for a Pod that refers to nothing.
 */
export async function providePod(
  pod: Pod,
  namespace: string,
  context: DeliveryContext,
  read: ReadReference,
  signal: AbortSignal,
): Promise<Provided> {
  const { config } = context;
  let provided = pod;
  const wanted = storageRequestOf(pod, namespace);
  if (wanted) {
    const decision = await resolveReferences((known) => decideDelivery(wanted, known, context), read, signal);
    if (decision.state === 'refused') return decision;
    provided = mutatePod(provided, { config, delivery: decision.delivery });
  }
  const request = agentRequestOf(pod, config);
  if (request) {
    const decision = await resolveReferences(
      (known) => decideAgentCredentials(pod, namespace, request, known, config),
      read,
      signal,
    );
    if (decision.state === 'refused') return decision;
    provided = withAgent(provided, namespace, request, config, decision.credentials);
  }
  return { state: 'provided', pod: withScraping(provided, config) };
}
