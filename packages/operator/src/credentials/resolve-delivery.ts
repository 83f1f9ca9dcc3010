import type { KubeObject } from '@serval/kube/objects';
import { type DeliveryContext, decideDelivery } from './decide-delivery.ts';
import type { Decision } from './delivery.ts';
import { type Known, type Reference, referenceId } from './lookup.ts';
import type { StorageRequest } from './storage-request.ts';

/** Reads one object by its name; `undefined` when there is none. */
export type ReadReference = (reference: Reference, signal: AbortSignal) => Promise<KubeObject | undefined>;

/** A Secret or an account names what is read next, and that nothing more: four rounds are more than there are kinds. */
const maxRounds = 4;

type Unknown = { readonly state: 'unknown'; readonly references: readonly Reference[] };

/** Decides on what is read by name, as much of it as the decision asks for. */
export async function resolveDelivery(
  request: StorageRequest,
  context: DeliveryContext,
  read: ReadReference,
  signal: AbortSignal,
): Promise<Exclude<Decision, { state: 'unknown' }>> {
  return await resolveReferences((known) => decideDelivery(request, known, context), read, signal);
}

/** Asks again for a pure decision until it has what it has to look at. */
export async function resolveReferences<T extends { readonly state: string }>(
  decide: (known: Known) => T | Unknown,
  read: ReadReference,
  signal: AbortSignal,
): Promise<Exclude<T, Unknown>> {
  const known = new Map<string, KubeObject | undefined>();
  let decision = decide(known);
  for (let round = 0; isUnknown(decision); round++) {
    const { references } = decision;
    const [first] = references;
    if (round === maxRounds)
      throw new Error(`${first && referenceId(first)} is one of a chain of objects without an end`);
    const objects = await Promise.all(references.map((reference) => read(reference, signal)));
    for (const [index, reference] of references.entries()) known.set(referenceId(reference), objects[index]);
    decision = decide(known);
  }
  return decision as Exclude<T, Unknown>;
}

function isUnknown(decision: { readonly state: string }): decision is Unknown {
  return decision.state === 'unknown';
}
