import { applyServerSide, trackUpdate } from '../apply/index.ts';
import type { FieldOwnership } from './deps.ts';
import { timestamp } from './object-meta.ts';
import { apiVersionOf, type ServedResource } from './served-resource.ts';

/** Field ownership as `managedFields` keeps it. */
export const fieldOwnership: FieldOwnership = {
  recordUpdate({ resource, live, next, manager, subresource, nowMs }) {
    const managedFields = trackUpdate({ ...common(resource, subresource, nowMs), old: live, new: next, manager });
    const { managedFields: _sent, ...metadata } = next.metadata;
    return { ...next, metadata: { ...metadata, ...(managedFields ? { managedFields } : {}) } };
  },
  apply({ resource, live, applied, manager, force, subresource, nowMs }) {
    return applyServerSide({ ...common(resource, subresource, nowMs), live, applied, manager, force }).object;
  },
};

function common(resource: ServedResource, subresource: string, nowMs: number) {
  return {
    apiVersion: apiVersionOf(resource),
    schema: resource.schema(),
    subresource,
    now: timestamp(nowMs),
    // Without the subresource, status is a field like any other.
    ...(resource.statusSubresource ? {} : { resetPaths: [] }),
  };
}
