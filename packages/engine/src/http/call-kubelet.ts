import type { IncomingMessage } from 'node:http';
import { request } from 'node:https';
import { createClientCertificate, type KeyPair } from '@serval/kube/certificates';
import type { ApiRequest, ApiResponse } from '@serval/kube/client';
import { type KubeNode, StatusError } from '@serval/kube/objects';
import type { CallKubelet } from '../options.ts';
import type { RegistryDeps } from '../registry/deps.ts';
import { getObject } from '../registry/read.ts';

/** The user that nodes see, as kubeadm names it. */
const clientName = 'kube-apiserver-kubelet-client';
const answerTimeoutMs = 30_000;

/**
 * Calls the endpoint that a node announces in its status, showing a client certificate of the engine's authority. The node's
 * own certificate is not checked, as API servers do without `--kubelet-certificate-authority`: nothing secret is sent.
 */
export function createCallKubelet(registry: RegistryDeps, authority: KeyPair, clock: () => number): CallKubelet {
  let certificate: Promise<KeyPair> | undefined;
  return async (nodeName, { method, path, signal }) => {
    const { host, port } = await endpointOf(registry, nodeName);
    certificate ??= createClientCertificate(authority, clientName, clock());
    const { certificate: cert, key } = await certificate;
    try {
      return await send({ host, port, cert, key, method, path }, signal);
    } catch (cause) {
      signal?.throwIfAborted();
      const why = cause instanceof Error ? cause.message : String(cause);
      throw new StatusError('ServiceUnavailable', `node ${nodeName} does not answer at ${host}:${port}: ${why}`, {
        cause,
      });
    }
  };
}

async function endpointOf(registry: RegistryDeps, name: string): Promise<{ host: string; port: number }> {
  const nodes = registry.catalogue.find('', 'v1', 'nodes')!;
  const { status } = (await getObject(registry, nodes, { namespace: '', name })) as KubeNode;
  const host = status?.addresses?.find(({ type }) => type === 'InternalIP')?.address;
  const port = status?.daemonEndpoints?.kubeletEndpoint?.Port;
  if (host && port) return { host, port };
  throw new StatusError('ServiceUnavailable', `node ${name} announces no endpoint that could be asked for logs`);
}

interface Call {
  host: string;
  port: number;
  cert: string;
  key: string;
  method: ApiRequest['method'];
  path: string;
}

function send(call: Call, signal: AbortSignal | undefined): Promise<ApiResponse> {
  return new Promise((resolve, reject) => {
    const message = request({ ...call, agent: false, rejectUnauthorized: false, signal }, (response) => {
      // From now on silence is normal: a followed log may have nothing to say.
      message.setTimeout(0);
      resolve({ status: response.statusCode ?? 502, headers: headersOf(response), body: response });
    });
    message.setTimeout(answerTimeoutMs, () => message.destroy(new Error(`no answer for ${answerTimeoutMs / 1000} s`)));
    message.once('error', reject);
    message.end();
  });
}

function headersOf({ headers }: IncomingMessage): Record<string, string> {
  const type = headers['content-type'];
  return type === undefined ? {} : { 'content-type': type };
}
