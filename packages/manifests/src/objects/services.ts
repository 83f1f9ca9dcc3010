import type { AnyObject } from '@serval/kube/objects';
import { operatorLabels, operatorName, webhookServiceName, webhookServicePort } from '@serval/operator/declarations';

/** What API servers call. */
export function webhookService(namespace: string): AnyObject {
  return service(namespace, webhookServiceName, { ...webhookServicePort, protocol: 'TCP' });
}

/** What Prometheus scrapes. */
export function metricsService(namespace: string): AnyObject {
  return service(namespace, `${operatorName}-metrics`, {
    name: 'metrics',
    port: 8080,
    targetPort: 'metrics',
    protocol: 'TCP',
  });
}

function service(namespace: string, name: string, port: Record<string, unknown>): AnyObject {
  return {
    apiVersion: 'v1',
    kind: 'Service',
    metadata: { namespace, name, labels: { ...operatorLabels } },
    spec: { type: 'ClusterIP', selector: { ...operatorLabels }, ports: [port] },
  };
}
