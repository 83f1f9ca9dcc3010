/**
 * One request to a Kubernetes API server, whatever carries it: a TLS socket, or a function call into an engine in the
 * same process. `path` includes the query string. Header names are lower case.
 */
export interface ApiRequest {
  method: 'GET' | 'POST' | 'PUT' | 'PATCH' | 'DELETE';
  path: string;
  headers?: Record<string, string>;
  body?: string | Uint8Array;
  /** Aborting ends the request, and the response's body if that is still being read. */
  signal?: AbortSignal;
}

export interface ApiResponse {
  status: number;
  headers: Record<string, string>;
  /** Chunks as they come; a watch's body ends only when either side ends it. Must be read or returned (`return()`). */
  body: AsyncIterable<Uint8Array>;
}

/** Throws only when no response was had (refused, reset, aborted); any HTTP status is a response. */
export type Transport = (request: ApiRequest) => Promise<ApiResponse>;
