import type { ApiResponse } from '@serval/kube/client';
import type { ServedResource } from '../registry/served-resource.ts';
import type { RequestContext } from './context.ts';
import type { ResourcePath } from './request-path.ts';
import type { Services } from './services.ts';

export type SubresourceHandler = (
  services: Services,
  context: RequestContext,
  resource: ServedResource,
  path: ResourcePath,
) => Promise<ApiResponse>;

/** The handler of `/scale`, `/log` and the like; `undefined` when the resource has no such subresource. */
export function findSubresource(_resource: ServedResource, _subresource: string): SubresourceHandler | undefined {
  return undefined;
}
