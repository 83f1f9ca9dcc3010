import type { ApiResponse } from '@serval/kube/client';
import type { ServedResource } from '../registry/served-resource.ts';
import type { RequestContext } from './context.ts';
import type { ResourcePath } from './request-path.ts';
import type { Services } from './services.ts';

/** Answers `/RESOURCE/NAME/SUBRESOURCE`. */
export type SubresourceHandler = (
  services: Services,
  context: RequestContext,
  resource: ServedResource,
  path: ResourcePath,
) => Promise<ApiResponse>;
