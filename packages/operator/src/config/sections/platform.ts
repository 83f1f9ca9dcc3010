import { flag, hostAndPort, seconds, textFlag } from '../kinds.ts';
import { given, idle, open } from '../setting.ts';

export const autoscaler = {
  scaleUpStabilizationWindowSeconds: open(
    seconds,
    'How long KEDA waits before it scales up, where a component does not say.',
    '0.16',
  ),
  scaleDownStabilizationWindowSeconds: open(
    seconds,
    'How long KEDA waits before it scales down, where a component does not say.',
    '0.16',
  ),
};

const ofCollector = 'no collector is put beside the server; Pods are scraped by whoever feeds the scaler';

export const opentelemetryCollector = {
  metricScalerEndpoint: given(
    hostAndPort,
    'keda-otel-scaler.keda.svc:4318',
    'The scaler that answers KEDA for metrics of Pods.',
  ),
  metricReceiverEndpoint: idle(ofCollector),
  scrapeInterval: idle(ofCollector),
  resource: idle(ofCollector),
};

export const service = {
  serviceClusterIPNone: given(flag, false, 'Services are headless (`clusterIP: None`).'),
};

export const security = {
  autoMountServiceAccountToken: given(
    flag,
    true,
    'Whether Pods get the token of their account. Written into services when they are admitted.',
  ),
};

export const metricsAggregator = {
  enablePrometheusScraping: given(
    textFlag,
    'false',
    "Pods say by annotations where Prometheus scrapes them: the model server's port and path.",
  ),
  enableMetricAggregation: idle('metrics are aggregated by the proxy of Knative, which Standard mode does not have'),
};

const ofGraphs = 'InferenceGraphs are stored and checked, and not served';

export const router = {
  image: idle(ofGraphs),
  memoryRequest: idle(ofGraphs),
  memoryLimit: idle(ofGraphs),
  cpuRequest: idle(ofGraphs),
  cpuLimit: idle(ofGraphs),
  headers: idle(ofGraphs),
  imagePullPolicy: idle(ofGraphs),
  imagePullSecrets: idle(ofGraphs),
};

const ofCaches = 'caches of models on nodes (LocalModelCache) are stored and checked, and not filled';

export const localModel = {
  enabled: idle(ofCaches),
  jobNamespace: idle(ofCaches),
  defaultJobImage: idle(ofCaches),
  fsGroup: idle(ofCaches),
  jobTTLSecondsAfterFinished: idle(ofCaches),
  reconcilationFrequencyInSecs: idle(ofCaches),
  disableVolumeManagement: idle(ofCaches),
};
