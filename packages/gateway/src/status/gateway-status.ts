import { type Condition, findCondition, type Gateway, type GatewayClass, setCondition } from '@serval/kube/objects';
import type { Compilation } from '../routes/compile.ts';
import { type EvaluatedGateway, type EvaluatedListener, supportedKinds } from '../routes/listeners.ts';
import type { Verdict } from '../routes/model.ts';

/** A condition from a verdict; `now` counts only when its status changes. */
export function withVerdict(
  conditions: readonly Condition[] | undefined,
  type: string,
  { ok, reason, message }: Verdict,
  observedGeneration: number | undefined,
  now: string,
): Condition[] {
  return setCondition(conditions, { type, status: ok ? 'True' : 'False', reason, message, observedGeneration }, now);
}

export function gatewayClassStatus(
  { metadata, status }: GatewayClass,
  now: string,
): NonNullable<GatewayClass['status']> {
  const accepted = { ok: true, reason: 'Accepted', message: 'Gateways of this class are served by Serval' };
  return { ...status, conditions: withVerdict(status?.conditions, 'Accepted', accepted, metadata.generation, now) };
}

/** How many routes each listener serves, by `namespace/name/listener`. */
export function countAttachedRoutes({ routes }: Compilation): Map<string, number> {
  const counts = new Map<string, number>();
  for (const { attachments } of routes.values()) {
    const keys = attachments.flatMap(({ gateway, bindings }) =>
      bindings.map(({ listener }) => `${gateway.key}/${listener.listener.name}`),
    );
    for (const key of new Set(keys)) counts.set(key, (counts.get(key) ?? 0) + 1);
  }
  return counts;
}

export function gatewayStatus(
  { gateway, key, listeners }: EvaluatedGateway,
  attachedRoutes: ReadonlyMap<string, number>,
  address: string,
  now: string,
): NonNullable<Gateway['status']> {
  const { generation } = gateway.metadata;
  const invalid = listeners.filter(({ served }) => !served);
  const anyServed = invalid.length < listeners.length;
  const why = invalid.map(
    ({ listener, accepted, resolvedRefs }) => `"${listener.name}": ${accepted.message || resolvedRefs.message}`,
  );
  const accepted = invalid.length === 0 ? 'Accepted' : 'ListenersNotValid';
  let conditions = gateway.status?.conditions;
  const message = why.length === 0 ? '' : `not served: ${why.join('; ')}`;
  conditions = withVerdict(conditions, 'Accepted', { ok: anyServed, reason: accepted, message }, generation, now);
  const programmed = { ok: anyServed, reason: anyServed ? 'Programmed' : 'Invalid', message: anyServed ? '' : message };
  conditions = withVerdict(conditions, 'Programmed', programmed, generation, now);
  return {
    ...gateway.status,
    addresses: [{ type: 'IPAddress', value: address }],
    conditions,
    listeners: listeners.map((listener) =>
      listenerStatus(listener, gateway, attachedRoutes.get(`${key}/${listener.listener.name}`) ?? 0, now),
    ),
  };
}

function listenerStatus(
  { listener, accepted, resolvedRefs, unconflicted, served }: EvaluatedListener,
  { metadata, status }: Gateway,
  attachedRoutes: number,
  now: string,
): NonNullable<NonNullable<Gateway['status']>['listeners']>[number] {
  const { generation } = metadata;
  let conditions = status?.listeners?.find(({ name }) => name === listener.name)?.conditions;
  conditions = withVerdict(conditions, 'Accepted', accepted, generation, now);
  const programmed = { ok: served, reason: served ? 'Programmed' : 'Invalid', message: served ? '' : 'not served' };
  conditions = withVerdict(conditions, 'Programmed', programmed, generation, now);
  conditions = withVerdict(conditions, 'ResolvedRefs', resolvedRefs, generation, now);
  // Conflicted is the only condition here whose True is the bad case; it is told when there is one, or was.
  if (!unconflicted.ok || findCondition(conditions, 'Conflicted')) {
    conditions = withVerdict(conditions, 'Conflicted', { ...unconflicted, ok: !unconflicted.ok }, generation, now);
  }
  return { name: listener.name, attachedRoutes, supportedKinds: supportedKinds(listener), conditions };
}
