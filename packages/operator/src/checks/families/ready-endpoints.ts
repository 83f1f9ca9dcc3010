import { type EndpointSlice, type Service, serviceNameLabel } from '@serval/kube/objects';

/** How many endpoints of a Service take requests. `ready` that is not said counts as ready (EndpointConditions). */
export function readyEndpoints({ metadata }: Service, slices: readonly EndpointSlice[]): number {
  return slices
    .filter(
      (slice) =>
        slice.metadata.namespace === metadata.namespace && slice.metadata.labels?.[serviceNameLabel] === metadata.name,
    )
    .flatMap(({ endpoints }) => endpoints ?? [])
    .filter(({ conditions }) => conditions?.ready !== false).length;
}
