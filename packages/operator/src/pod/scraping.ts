import type { Pod } from '@serval/kube/objects';
import type { ServingConfig } from '../config/serving-config.ts';
import { defaultHttpPort, predictorContainer } from '../names.ts';

const switchAnnotation = 'serving.kserve.io/enable-prometheus-scraping';
const portAnnotation = 'prometheus.io/port';
const pathAnnotation = 'prometheus.io/path';
/** Of a runtime: where its server tells its metrics (KServe). */
const serverPortAnnotation = 'prometheus.kserve.io/port';
const serverPathAnnotation = 'prometheus.kserve.io/path';

/**
 * The Pod with annotations by which Prometheus finds the metrics of its server, where the service or the configuration asks for
 * them. KServe names a port of Knative's proxy there, at which nobody listens in Standard mode.
 */
export function withScraping(pod: Pod, { metricsAggregator }: ServingConfig): Pod {
  const { annotations = {} } = pod.metadata;
  const wanted = annotations[switchAnnotation] ?? metricsAggregator.enablePrometheusScraping;
  if (wanted !== 'true') return pod;
  const server = pod.spec.containers.find(({ name }) => name === predictorContainer) ?? pod.spec.containers[0];
  const port = annotations[serverPortAnnotation] ?? String(server?.ports?.[0]?.containerPort ?? defaultHttpPort);
  const told = {
    'prometheus.io/scrape': 'true',
    [portAnnotation]: port,
    [pathAnnotation]: annotations[serverPathAnnotation] ?? '/metrics',
  };
  return { ...pod, metadata: { ...pod.metadata, annotations: { ...told, ...annotations } } };
}
