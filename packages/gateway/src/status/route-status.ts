import { deepEqual, type HttpRoute, type ParentReference, type RouteParentStatus } from '@serval/kube/objects';
import type { CompiledRoute } from '../routes/compile.ts';
import { gatewayGroup } from '../routes/model.ts';
import { withVerdict } from './gateway-status.ts';

/**
 * `status.parents` with our entries as they should be: one per parentRef that leads to one of our Gateways. Entries of other
 * controllers stay as they are, where they are.
 *
 * @param compiled undefined when no parentRef leads to us (any more).
 */
export function routeParents(
  route: HttpRoute,
  compiled: CompiledRoute | undefined,
  controllerName: string,
  now: string,
): RouteParentStatus[] {
  const present = route.status?.parents ?? [];
  const desired = (compiled?.attachments ?? []).map(({ parentRef, accepted }): RouteParentStatus => {
    const known = present.find(
      (entry) => entry.controllerName === controllerName && sameParent(entry.parentRef, parentRef),
    );
    const { generation } = route.metadata;
    let conditions = withVerdict(known?.conditions, 'Accepted', accepted, generation, now);
    conditions = withVerdict(conditions, 'ResolvedRefs', compiled!.resolvedRefs, generation, now);
    return { parentRef: known?.parentRef ?? parentRef, controllerName, conditions };
  });
  const kept = present.flatMap((entry) => {
    if (entry.controllerName !== controllerName) return [entry];
    const ours = desired.find(({ parentRef }) => sameParent(parentRef, entry.parentRef));
    return ours ? [ours] : [];
  });
  return [...kept, ...desired.filter((entry) => !kept.includes(entry))];
}

/** Whether two references are the same, with defaults written or not. */
function sameParent(a: ParentReference, b: ParentReference): boolean {
  const full = (ref: ParentReference) => ({ group: gatewayGroup, kind: 'Gateway', ...ref });
  return deepEqual(full(a), full(b));
}
