import type { KubeObject } from '@serval/kube/objects';
import { type DeliveryContext, decideDelivery } from './decide-delivery.ts';
import type { Decision } from './delivery.ts';
import { type Reference, referenceId } from './lookup.ts';
import type { StorageRequest } from './storage-request.ts';

/** Reads one object by its name; `undefined` when there is none. */
export type ReadReference = (reference: Reference, signal: AbortSignal) => Promise<KubeObject | undefined>;

/** A Secret or an account names what is read next, and that nothing more: four rounds are more than there are kinds. */
const maxRounds = 4;

/** Decides on what is read by name, as much of it as the decision asks for. */
export async function resolveDelivery(
  request: StorageRequest,
  context: DeliveryContext,
  read: ReadReference,
  signal: AbortSignal,
): Promise<Exclude<Decision, { state: 'unknown' }>> {
  const known = new Map<string, KubeObject | undefined>();
  for (let round = 0; round < maxRounds; round++) {
    const decision = decideDelivery(request, known, context);
    if (decision.state !== 'unknown') return decision;
    const objects = await Promise.all(decision.references.map((reference) => read(reference, signal)));
    for (const [index, reference] of decision.references.entries()) known.set(referenceId(reference), objects[index]);
  }
  throw new Error(`the storage of a Pod in ${request.namespace} refers to objects without an end`);
}
