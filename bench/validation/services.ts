import type { KubeObject } from '@serval/kube/objects';

/** Services as people write them, with parts of a Pod at every depth; no two are equal. */
export function manyServices(count: number): KubeObject[] {
  return Array.from({ length: count }, (_, index) => service(index));
}

function service(index: number): KubeObject {
  return {
    apiVersion: 'serving.kserve.io/v1beta1',
    kind: 'InferenceService',
    metadata: {
      name: `iris-${index}`,
      namespace: 'default',
      labels: { app: 'iris', team: 'plants' },
      annotations: { 'serving.kserve.io/deploymentMode': 'Standard' },
    },
    spec: { predictor: { ...scaling, ...pod, model: model(index) } },
  } as KubeObject;
}

const scaling = { minReplicas: 1, maxReplicas: 3, scaleMetric: 'cpu', scaleTarget: 80 };

const pod = {
  serviceAccountName: 'models',
  nodeSelector: { 'kubernetes.io/arch': 'amd64' },
  tolerations: [{ key: 'nvidia.com/gpu', operator: 'Exists', effect: 'NoSchedule' }],
  affinity: {
    nodeAffinity: {
      requiredDuringSchedulingIgnoredDuringExecution: {
        nodeSelectorTerms: [{ matchExpressions: [{ key: 'zone', operator: 'In', values: ['a', 'b'] }] }],
      },
    },
  },
  volumes: [
    { name: 'cache', emptyDir: { sizeLimit: '10Gi' } },
    { name: 'settings', configMap: { name: 'settings', items: [{ key: 'a', path: 'b' }] } },
  ],
};

function model(index: number): object {
  return {
    modelFormat: { name: 'xgboost', version: '1' },
    protocolVersion: 'v2',
    storageUri: `s3://models/iris/${index}`,
    image: 'example/server:1',
    args: ['--workers', `${index % 8}`],
    env: [
      { name: 'LEVEL', value: 'info' },
      { name: 'TOKEN', valueFrom: { secretKeyRef: { name: 'token', key: 'value' } } },
    ],
    resources: { requests: { cpu: '500m', memory: '1Gi' }, limits: { cpu: 2, memory: '2Gi' } },
    ports: [{ containerPort: 8080, name: 'http1', protocol: 'TCP' }],
    readinessProbe: { httpGet: { path: '/ready', port: 8080 }, periodSeconds: 5 },
    livenessProbe: { httpGet: { path: '/live', port: 'http1' }, periodSeconds: 10 },
    securityContext: { runAsNonRoot: true, allowPrivilegeEscalation: false, capabilities: { drop: ['ALL'] } },
    volumeMounts: [
      { name: 'cache', mountPath: '/cache' },
      { name: 'settings', mountPath: '/settings', readOnly: true },
    ],
  };
}
