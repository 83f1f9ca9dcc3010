import type { ApiRequest } from '@serval/kube/client';
import type { User } from '../registry/request-options.ts';

/** A request that has been let in. */
export interface RequestContext {
  request: ApiRequest;
  /** Without the query. */
  pathname: string;
  query: URLSearchParams;
  headers: Record<string, string>;
  /** Empty when there is none. */
  body: Uint8Array;
  user: User;
  /** Aborted when the client is gone or the engine closes. */
  signal: AbortSignal;
  /** Texts for `Warning` headers, collected on the way. */
  warnings: string[];
}
