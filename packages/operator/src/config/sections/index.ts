import { agent, batcher, logger } from './agent.ts';
import { credentials } from './credentials.ts';
import { deploy } from './deploy.ts';
import { explainers, inferenceService, multiNode } from './inference-service.ts';
import { ingress } from './ingress.ts';
import {
  autoscaler,
  localModel,
  metricsAggregator,
  opentelemetryCollector,
  router,
  security,
  service,
} from './platform.ts';
import { storageInitializer } from './storage-initializer.ts';

/**
 * Every setting of KServe 0.15 to 0.20 and of Serval, by section: what it must be, what holds without it and what it does. Types, defaults,
 * checks, the chart's schema, the doctor's list and the reference are made of this.
 */
export const sections = {
  deploy,
  ingress,
  storageInitializer,
  credentials,
  inferenceService,
  explainers,
  agent,
  logger,
  batcher,
  autoscaler,
  opentelemetryCollector,
  metricsAggregator,
  multiNode,
  service,
  security,
  router,
  localModel,
};

/** What each section is about, for the reference and the chart. */
export const sectionTitles: { readonly [S in keyof typeof sections]: string } = {
  deploy: 'How services run that do not say themselves.',
  ingress: 'How services are reached from outside.',
  storageInitializer: 'The init container that fetches models.',
  credentials: 'Where the credentials of stores are.',
  inferenceService: 'What services get that do not say themselves, and what their children do not get.',
  explainers: 'Images of the explainers that are written without one.',
  agent: 'The container beside the server that reports requests (logger) and makes batches of them (batcher).',
  logger: 'What holds for loggers that do not say themselves.',
  batcher: 'What holds for batchers that do not say themselves.',
  autoscaler: 'What holds for scaling by KEDA where a component does not say.',
  opentelemetryCollector: 'Metrics of Pods that KEDA scales by.',
  metricsAggregator: 'How Prometheus finds the metrics of Pods.',
  multiNode: 'Models on several nodes.',
  service: 'The Services in front of Pods.',
  security: 'What Pods may do.',
  router: 'InferenceGraphs.',
  localModel: 'Caches of models on nodes.',
};
