import { defaultCredentialNamespace, gatewayApiCrds } from '@serval/api';
import type { AnyObject, KubeObject, Namespace } from '@serval/kube/objects';
import { configMapName, defaultGatewayName, defaultNamespace } from '../config/serving-config.ts';
import { credentialAccessObjects, operatorAccessObjects } from './access.ts';
import { servingConfigMap } from './config-map.ts';
import { crdsFor } from './conversion.ts';
import { servalGateway, servalGatewayClass } from './gateway.ts';
import { inProcessDuties } from './rbac.ts';
import { builtInServingRuntimes } from './serving-runtimes.ts';
import type { WebhookAddress } from './webhook-address.ts';
import { webhookConfigurations } from './webhooks.ts';

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

/**
 * Everything that `serval up` applies at its start, in this order: a CRD must be established before its objects, and the
 * webhooks come last, so that nothing waits for an operator that is not there yet.
 */
export function platformObjects({
  gatewayPort,
  namespace = defaultNamespace,
  ingressDomain,
  webhooks = { service: { namespace } },
}: PlatformOptions): AnyObject[] {
  const gateway = `${namespace}/${defaultGatewayName}`;
  return [
    namespaceObject(namespace),
    ...operatorAccessObjects(inProcessDuties, namespace),
    ...credentialAccessObjects(defaultCredentialNamespace, namespace),
    ...crdsFor({ webhooks }),
    ...gatewayApiCrds(),
    servalGatewayClass(),
    servalGateway(namespace, defaultGatewayName, gatewayPort),
    servingConfigMap({ namespace, gateway, ...(ingressDomain ? { ingressDomain } : {}) }),
    ...builtInServingRuntimes(),
    ...webhookConfigurations(webhooks),
  ];
}

/**
 * Whether an object of `platformObjects` is to be created only when it is not there, and left alone otherwise: it may be
 * another's (Gateway API CRDs) or a person's (the configuration).
 */
export function isOnlyIfAbsent({ kind, metadata }: KubeObject): boolean {
  if (kind === 'CustomResourceDefinition') return metadata.name?.endsWith('.gateway.networking.k8s.io') ?? false;
  return kind === 'ConfigMap' && metadata.name === configMapName;
}

function namespaceObject(name: string): Namespace {
  return { apiVersion: 'v1', kind: 'Namespace', metadata: { name } };
}
