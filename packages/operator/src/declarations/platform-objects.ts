import { crds, gatewayApiCrds } from '@serval/api';
import type { KubeObject, Namespace } from '@serval/kube/objects';
import { defaultGatewayName, defaultNamespace } from '../config/serving-config.ts';
import { servingConfigMap } from './config-map.ts';
import { servalGateway, servalGatewayClass } from './gateway.ts';
import { builtInServingRuntimes } from './serving-runtimes.ts';
import { type WebhookAddress, webhookConfigurations } from './webhooks.ts';

export interface PlatformOptions {
  /** The port that the gateway has really bound. */
  gatewayPort: number;
  /** Default `serval-system`. */
  namespace?: string;
  /** Default `localhost`. */
  ingressDomain?: string;
  /** Default: the Service `serval-webhook` of the namespace, which the embedded engine calls in the process. */
  webhooks?: WebhookAddress;
}

export interface PlatformObject {
  readonly object: KubeObject;
  /**
   * Create it when it is not there, and leave one that is there alone: it may be another's (Gateway API CRDs) or a
   * person's (the configuration).
   */
  readonly onlyIfAbsent: boolean;
}

/**
 * Everything that `serval up` applies at its start, in this order: a CRD must be established before its objects, and the
 * webhooks come last, so that nothing waits for an operator that is not there yet.
 */
export function platformObjects({
  gatewayPort,
  namespace = defaultNamespace,
  ingressDomain,
  webhooks = { service: { namespace } },
}: PlatformOptions): PlatformObject[] {
  const always = (object: KubeObject): PlatformObject => ({ object, onlyIfAbsent: false });
  const ifAbsent = (object: KubeObject): PlatformObject => ({ object, onlyIfAbsent: true });
  const gateway = `${namespace}/${defaultGatewayName}`;
  return [
    always(namespaceObject(namespace)),
    ...crds().map(always),
    ...gatewayApiCrds().map(ifAbsent),
    always(servalGatewayClass()),
    always(servalGateway(namespace, defaultGatewayName, gatewayPort)),
    ifAbsent(servingConfigMap({ namespace, gateway, ...(ingressDomain ? { ingressDomain } : {}) })),
    ...builtInServingRuntimes().map(always),
    ...webhookConfigurations(webhooks).map(always),
  ];
}

function namespaceObject(name: string): Namespace {
  return { apiVersion: 'v1', kind: 'Namespace', metadata: { name } };
}
