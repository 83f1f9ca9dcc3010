import type { AnyObject } from '@serval/kube/objects';
import {
  defaultGatewayName,
  operatorAccessObjects,
  servingConfigMap,
  watchedNamespaceAccess,
} from '@serval/operator/declarations';
import { certManagerObjects } from './certificates.ts';
import { operatorDeployment } from './deployment.ts';
import { operatorDisruptionBudget } from './disruption-budget.ts';
import { dutiesOf, type Parts } from './parts.ts';
import { metricsService, webhookService } from './services.ts';
import { userRoles } from './user-roles.ts';
import { installedWebhookConfigurations } from './webhooks.ts';

/**
 * Everything that is installed into a cluster but the definitions, the namespace and the Gateway, in an order in which each object finds
 * what it names. The webhook configurations come last, so that as little as possible waits for an operator that is still starting.
 */
export function installationObjects(parts: Parts): AnyObject[] {
  const { namespace, webhooks, certificates, restricted } = parts;
  /** What has no namespace is the administrator's. */
  const isWhole = restricted?.clusterScoped !== false;
  return [
    ...operatorAccessObjects(dutiesOf(parts), namespace),
    ...(isWhole ? userRoles() : []),
    servingConfigMap({ namespace, gateway: defaultGatewayName }) as AnyObject,
    metricsService(namespace),
    operatorDeployment(parts),
    operatorDisruptionBudget(namespace),
    ...(webhooks ? [webhookService(namespace)] : []),
    ...(webhooks && certificates === 'cert-manager' ? certManagerObjects(namespace) : []),
    ...(webhooks && isWhole ? installedWebhookConfigurations(parts) : []),
  ];
}

/** What is installed in a namespace that a restricted operator serves. */
export function watchedNamespaceObjects(namespace: string, watched: string): AnyObject[] {
  return watchedNamespaceAccess(namespace, watched);
}
