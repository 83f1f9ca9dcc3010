import type { AnyObject } from '@serval/kube/objects';
import {
  operatorDeploymentName,
  operatorImage,
  operatorLabels,
  operatorPodFields,
  operatorPorts,
  operatorProbes,
  operatorServiceAccountName,
  restrictedNames,
  webhookCertificateDirectory,
  webhookCertificateSecretName,
} from '@serval/operator/declarations';
import type { Restriction } from '../variant.ts';
import type { Parts } from './parts.ts';

/**
 * The operator, twice: one of the two reconciles (by its Lease), both answer webhooks, so that neither a drained node nor an update
 * leaves API servers without an answer while they refuse objects that nobody checked.
 *
 * The Pod meets the Pod Security Standard "restricted".
 */
export function operatorDeployment(parts: Parts): AnyObject {
  const mounted = parts.webhooks && parts.certificates === 'cert-manager';
  return {
    apiVersion: 'apps/v1',
    kind: 'Deployment',
    metadata: { namespace: parts.namespace, name: operatorDeploymentName, labels: { ...operatorLabels } },
    spec: {
      replicas: 2,
      selector: { matchLabels: { ...operatorLabels } },
      // The old ones stay until the new ones are ready.
      strategy: { type: 'RollingUpdate', rollingUpdate: { maxSurge: 1, maxUnavailable: 0 } },
      template: {
        metadata: { labels: { ...operatorLabels } },
        spec: {
          serviceAccountName: operatorServiceAccountName,
          securityContext: { runAsNonRoot: true, runAsUser: 65532, seccompProfile: { type: 'RuntimeDefault' } },
          nodeSelector: { 'kubernetes.io/os': 'linux' },
          topologySpreadConstraints: ['kubernetes.io/hostname', 'topology.kubernetes.io/zone'].map((topologyKey) => ({
            maxSkew: 1,
            topologyKey,
            // One node is enough to run both; two are better.
            whenUnsatisfiable: 'ScheduleAnyway',
            labelSelector: { matchLabels: { ...operatorLabels } },
          })),
          terminationGracePeriodSeconds: 30,
          containers: [container(parts, mounted)],
          ...(mounted ? { volumes: [{ name: volumeName, secret: { secretName: webhookCertificateSecretName } }] } : {}),
        },
      },
    },
  };
}

/** What the list of namespaces stands behind. */
export const watchNamespacesArg = '--watch-namespaces=';

const volumeName = 'webhook-certificate';

function container(parts: Parts, mounted: boolean): AnyObject['container'] {
  return {
    name: 'operator',
    image: operatorImage,
    imagePullPolicy: 'IfNotPresent',
    args: operatorArgs(parts),
    env: Object.entries(operatorPodFields).map(([name, fieldPath]) => ({
      name,
      valueFrom: { fieldRef: { fieldPath } },
    })),
    ports: containerPorts(parts.webhooks),
    livenessProbe: {
      httpGet: { path: operatorProbes.liveness, port: operatorProbes.port },
      periodSeconds: 10,
      failureThreshold: 6,
    },
    readinessProbe: { httpGet: { path: operatorProbes.readiness, port: operatorProbes.port }, periodSeconds: 5 },
    resources: { requests: { cpu: '100m', memory: '192Mi' }, limits: { memory: '512Mi' } },
    securityContext: {
      allowPrivilegeEscalation: false,
      readOnlyRootFilesystem: true,
      capabilities: { drop: ['ALL'] },
    },
    terminationMessagePolicy: 'FallbackToLogsOnError',
    ...(mounted
      ? { volumeMounts: [{ name: volumeName, mountPath: webhookCertificateDirectory, readOnly: true }] }
      : {}),
  };
}

/** Only flags that differ from the program's own defaults, or that tell it who and where it is. */
function operatorArgs({ webhooks, certificates, restricted }: Parts): string[] {
  return [
    '--namespace=$(POD_NAMESPACE)',
    '--pod-name=$(POD_NAME)',
    ...(restricted ? restrictedArgs(restricted) : []),
    `--webhooks=${webhooks ? 'on' : 'off'}`,
    ...(restricted && webhooks
      ? [`--webhook-configuration=${restrictedNames.webhookConfiguration('$(POD_NAMESPACE)')}`]
      : []),
    ...(webhooks && certificates ? [`--certificates=${certificates}`] : []),
  ];
}

function restrictedArgs({ watchNamespaces, clusterScoped }: Restriction): string[] {
  return [`${watchNamespacesArg}${watchNamespaces.join(',')}`, `--cluster-scoped=${clusterScoped ? 'on' : 'off'}`];
}

/** The webhooks' port comes last, as it is what a component adds. */
function containerPorts(webhooks: boolean): { name: string; containerPort: number; protocol: 'TCP' }[] {
  const isWebhook = ({ name }: { name: string }) => name === 'webhook';
  const ports = [
    ...operatorPorts.filter((port) => !isWebhook(port)),
    ...(webhooks ? operatorPorts.filter(isWebhook) : []),
  ];
  return ports.map((port) => ({ ...port, protocol: 'TCP' }));
}
