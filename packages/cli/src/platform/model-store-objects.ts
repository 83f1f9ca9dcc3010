import type { AnyObject, Deployment, Service } from '@serval/kube/objects';
import { processTaint, type Scheduling } from '@serval/node';

export const systemNamespace = 'serval-system';
/** Of this machine's Node object. */
export const nodeName = 'serval';

/**
 * The model store: `folder` served read-only at `http://model-store.serval-system.svc.cluster.local/`, so that a folder of
 * this machine can be named in a `storageUri` that Pods fetch like any other.
 */
export function modelStoreObjects(folder: string, scheduling: Scheduling): AnyObject[] {
  const metadata = { name: 'model-store', namespace: systemNamespace, labels: { app: 'model-store' } };
  const deployment: Deployment = {
    apiVersion: 'apps/v1',
    kind: 'Deployment',
    metadata,
    spec: {
      replicas: 1,
      selector: { matchLabels: { app: 'model-store' } },
      template: {
        metadata: { labels: { app: 'model-store' } },
        spec: {
          // The folder is on this machine, wherever a cluster's scheduler would send the Pod.
          ...(scheduling === 'cluster'
            ? { nodeSelector: { 'kubernetes.io/hostname': nodeName }, tolerations: [{ key: processTaint.key }] }
            : {}),
          containers: [
            {
              name: 'model-store',
              image: 'serval/model-store:0.1.0',
              args: ['--dir', '/models', '--port', '8080'],
              ports: [{ name: 'http', containerPort: 8080 }],
              readinessProbe: { httpGet: { path: '/healthz', port: 'http' } },
              volumeMounts: [{ name: 'models', mountPath: '/models', readOnly: true }],
              terminationMessagePolicy: 'FallbackToLogsOnError',
            },
          ],
          volumes: [{ name: 'models', hostPath: { path: folder, type: 'DirectoryOrCreate' } }],
        },
      },
    },
  };
  const service: Service = {
    apiVersion: 'v1',
    kind: 'Service',
    metadata,
    spec: { selector: { app: 'model-store' }, ports: [{ name: 'http', port: 80, targetPort: 'http' }] },
  };
  return [deployment as unknown as AnyObject, service as unknown as AnyObject];
}
