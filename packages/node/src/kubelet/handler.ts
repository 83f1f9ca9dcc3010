import type { ApiRequest, ApiResponse, Transport } from '@serval/kube/client';
import { type Pod, StatusError } from '@serval/kube/objects';
import type { PodWorker } from '../pod/worker.ts';
import { containerLogs } from './container-logs.ts';

/** What the kubelet endpoint may look at. */
export interface KubeletSources {
  pods(): readonly Pod[];
  find(namespace: string, name: string): PodWorker | undefined;
}

/** Answers what API servers ask a node: `/containerLogs/…`, `/pods`, `/healthz`. */
export function createKubeletHandler(sources: KubeletSources): Transport {
  return async (request) => {
    try {
      return await answer(sources, request);
    } catch (error) {
      if (!(error instanceof StatusError)) throw error;
      return text(error.code, error.message);
    }
  };
}

async function answer(sources: KubeletSources, request: ApiRequest): Promise<ApiResponse> {
  const url = new URL(request.path, 'http://node');
  const [root, ...rest] = url.pathname.split('/').slice(1).map(decodeURIComponent);
  if (request.method !== 'GET')
    throw new StatusError('MethodNotAllowed', `${request.method} is not allowed here; use GET`);
  if (root === 'healthz' && rest.length === 0) return text(200, 'ok');
  if (root === 'pods' && rest.length === 0) {
    const list = { kind: 'PodList', apiVersion: 'v1', metadata: {}, items: sources.pods() };
    return { ...text(200, JSON.stringify(list)), headers: { 'content-type': 'application/json' } };
  }
  const [namespace = '', name = '', container = ''] = rest;
  if (root === 'containerLogs' && rest.length === 3) {
    const worker = sources.find(namespace, name);
    if (!worker) throw new StatusError('NotFound', `pod "${name}" in namespace "${namespace}" is not on this node`);
    const body = await containerLogs(worker, container, url.searchParams, request.signal);
    return { status: 200, headers: { 'content-type': 'text/plain' }, body };
  }
  throw new StatusError('NotFound', `the node has no ${url.pathname}`);
}

function text(status: number, body: string): ApiResponse {
  async function* chunks(): AsyncGenerator<Uint8Array> {
    yield Buffer.from(body);
  }
  return { status, headers: { 'content-type': 'text/plain; charset=utf-8' }, body: chunks() };
}
