import { Counter, Gauge, Histogram, Registry } from './prometheus.ts';

/** What the server counts; the three `request_*_seconds` are KServe's (python/kserve/kserve/metrics.py). */
export interface Metrics {
  request(protocol: 'v1' | 'v2' | 'other', status: number): void;
  stages(preprocessMs: number, predictMs: number, postprocessMs: number): void;
  loaded(seconds: number): void;
  text(): Promise<string>;
  readonly contentType: string;
}

// From a tree ensemble's tens of microseconds to a slow network's seconds.
const BUCKETS = [0.0001, 0.00025, 0.0005, 0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10];

export function createMetrics(modelName: string): Metrics {
  const registry = new Registry();
  const registers = [registry];
  const labels = { model_name: modelName };
  const stage = (name: string, help: string) =>
    new Histogram({ name, help, labelNames: ['model_name'], buckets: BUCKETS, registers }).labels(labels);
  const preprocess = stage('request_preprocess_seconds', 'Time to read and check a request');
  const predict = stage('request_predict_seconds', 'Time in the model');
  const postprocess = stage('request_postprocess_seconds', 'Time to write the answer');
  const requests = new Counter({
    name: 'serval_model_requests_total',
    help: 'Requests answered, by protocol and HTTP status',
    labelNames: ['model_name', 'protocol', 'code'],
    registers,
  });
  // Looking a labelled counter up costs more than counting.
  const counters = new Map<string, { inc(): void }>();
  const load = new Gauge({
    name: 'serval_model_load_seconds',
    help: 'Time from start of loading until ready',
    labelNames: ['model_name'],
    registers,
  });
  return {
    contentType: registry.contentType,
    request(protocol, status) {
      const key = `${protocol} ${status}`;
      let counter = counters.get(key);
      if (!counter) {
        counter = requests.labels({ ...labels, protocol, code: String(status) });
        counters.set(key, counter);
      }
      counter.inc();
    },
    stages(preprocessMs, predictMs, postprocessMs) {
      preprocess.observe(preprocessMs / 1000);
      predict.observe(predictMs / 1000);
      postprocess.observe(postprocessMs / 1000);
    },
    loaded: (seconds) => load.set(labels, seconds),
    text: () => registry.metrics(),
  };
}
