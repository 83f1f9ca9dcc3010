import type { ApiRequest, ApiResponse, Log, Transport } from '@serval/kube/client';
import type { JsonObject } from '@serval/kube/objects';

/** `clientConfig.service` of a webhook or conversion stanza. */
export interface ServiceReference {
  namespace: string;
  name: string;
  /** Default `/`. */
  path: string;
  /** Default 443. */
  port: number;
  /** Base64 of PEM, as it is stored beside the reference: whom to trust where the call goes over TLS. */
  caBundle?: string;
}

/** Sends a review to a webhook that runs behind a Service and answers its response. Throws when there is no answer. */
export type CallService = (service: ServiceReference, body: JsonObject, signal: AbortSignal) => Promise<JsonObject>;

/** A request to the kubelet endpoint of a node: `/containerLogs/NAMESPACE/POD/CONTAINER?follow=true`. */
export type CallKubelet = (nodeName: string, request: ApiRequest) => Promise<ApiResponse>;

export interface EngineOptions {
  /** Holds `revisions.db` and `pki/`; created when missing. One engine at a time. */
  dataDir: string;
  /** Default `127.0.0.1`. */
  host?: string;
  /** Default 0: any free one. */
  port?: number;
  /** Without it, a webhook with a service reference fails as its failure policy says. */
  callService?: CallService;
  /** Without it, the endpoint that the node announces in its status is called. */
  callKubelet?: CallKubelet;
  log: Log;
  /** Milliseconds since the epoch. Default `Date.now`. */
  clock?: () => number;
}

export interface Engine {
  /** Requests without a socket. One without an `authorization` header is the administrator's. */
  handle: Transport;
  /** `https://127.0.0.1:6550`. */
  url: string;
  kubeconfig: KubeconfigData;
  /** Ends watches, waits for writes that were begun, closes sockets and files. */
  close(): Promise<void>;
}

/** What a kubeconfig must say to reach the engine. */
export interface KubeconfigData {
  server: string;
  /** PEM of the certificate authority. */
  caData: string;
  token: string;
}
