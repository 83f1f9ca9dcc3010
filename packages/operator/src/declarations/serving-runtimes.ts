import { type ClusterServingRuntime, clusterServingRuntimes, type SupportedModelFormat } from '@serval/api';
import { apiVersionOf } from '@serval/kube/objects';
import { defaultHttpPort, modelMountPath, predictorContainer } from '../names.ts';

export const modelServerImage = 'serval/model-server:0.1.0';

/** Versions of each format that the model server reads. */
const formats: Readonly<Record<string, readonly string[]>> = {
  xgboost: ['1', '2', '3'],
  lightgbm: ['3', '4'],
  onnx: ['1'],
};

/** The runtimes that every installation has. */
export function builtInServingRuntimes(image = modelServerImage): ClusterServingRuntime[] {
  return [
    {
      apiVersion: apiVersionOf(clusterServingRuntimes),
      kind: clusterServingRuntimes.kind,
      metadata: { name: 'serval-model-server', labels: { 'app.kubernetes.io/part-of': 'serval' } },
      spec: {
        supportedModelFormats: Object.entries(formats).flatMap(([name, versions]) =>
          versions.map((version): SupportedModelFormat => ({ name, version, autoSelect: true, priority: 1 })),
        ),
        protocolVersions: ['v1', 'v2'],
        annotations: {
          'prometheus.io/path': '/metrics',
          'prometheus.io/port': String(defaultHttpPort),
        },
        containers: [
          {
            name: predictorContainer,
            image,
            args: ['--model_name={{.Name}}', `--model_dir=${modelMountPath}`, `--http_port=${defaultHttpPort}`],
            ports: [{ name: 'http', containerPort: defaultHttpPort, protocol: 'TCP' }],
            readinessProbe: {
              httpGet: { path: '/v2/models/{{.Name}}/ready', port: defaultHttpPort },
              timeoutSeconds: 1,
              periodSeconds: 10,
              successThreshold: 1,
              failureThreshold: 3,
            },
            resources: { requests: { cpu: '100m', memory: '256Mi' }, limits: { cpu: '1', memory: '2Gi' } },
            terminationMessagePolicy: 'FallbackToLogsOnError',
          },
        ],
      },
    },
  ];
}
