import type { ComponentSpec } from '@serval/api';
import { visibilityLabel } from '@serval/api';
import type { Container, KnativeService, KnativeTraffic, PodSpec } from '@serval/kube/objects';
import type { Component } from './component.ts';
import { withoutKeys } from './without-keys.ts';

const autoscalingAnnotation = {
  class: 'autoscaling.knative.dev/class',
  target: 'autoscaling.knative.dev/target',
  metric: 'autoscaling.knative.dev/metric',
  minScale: 'autoscaling.knative.dev/min-scale',
  maxScale: 'autoscaling.knative.dev/max-scale',
} as const;
/** Of the Service itself, not of its revisions. */
const serviceAnnotations = ['serving.knative.dev/rollout-duration', 'serving.knative.openshift.io/enablePassthrough'];
/** On a service: `true` gives the newest revision a URL of its own. */
const tagRoutingAnnotation = 'serving.kserve.io/enable-tag-routing';
const knativeVisibilityLabel = 'networking.knative.dev/visibility';

/**
 * The Knative Service of a component, as KServe makes it: Knative's own autoscaling annotations from the replicas, the timeout also for the
 * first byte, and requests split by `canaryTrafficPercent` between the newest revision and the one that last had all of them.
 *
 * @param rolledOut  the revision that last had all requests; nothing before there was one
 */
export function renderKnativeService(component: Component, rolledOut: string | undefined): KnativeService {
  const { name, namespace, ownLabels, annotations, podSpec, spec } = component;
  const { timeout, containerConcurrency } = spec;
  return {
    apiVersion: 'serving.knative.dev/v1',
    kind: 'Service',
    metadata: {
      name,
      namespace,
      labels: withVisibility(ownLabels),
      annotations: Object.fromEntries(Object.entries(annotations).filter(([key]) => serviceAnnotations.includes(key))),
    },
    spec: {
      template: {
        metadata: {
          // A revision cannot be less visible than its Service.
          labels: withoutKeys(ownLabels, [knativeVisibilityLabel]),
          annotations: { ...withoutKeys(annotations, serviceAnnotations), ...scalingOf(component) },
        },
        spec: {
          ...(timeout === undefined ? {} : { timeoutSeconds: timeout, responseStartTimeoutSeconds: timeout }),
          ...(containerConcurrency === undefined ? {} : { containerConcurrency }),
          ...withKnownPortNames(podSpec),
        },
      },
      traffic: trafficOf(spec, annotations[tagRoutingAnnotation] === 'true', rolledOut),
    },
  };
}

/** Whoever is for the cluster alone under KServe's label is so to Knative, which goes by its own. */
function withVisibility(labels: Readonly<Record<string, string>>): Record<string, string> {
  const local = labels[visibilityLabel] === 'cluster-local';
  return local ? { [knativeVisibilityLabel]: 'cluster-local', ...labels } : { ...labels };
}

function scalingOf({ annotations, spec }: Component): Record<string, string> {
  const { scaleTarget, scaleMetric, minReplicas = 1, maxReplicas } = spec;
  return {
    [autoscalingAnnotation.class]: annotations[autoscalingAnnotation.class] ?? 'kpa.autoscaling.knative.dev',
    ...(scaleTarget === undefined ? {} : { [autoscalingAnnotation.target]: String(scaleTarget) }),
    ...(scaleMetric === undefined ? {} : { [autoscalingAnnotation.metric]: scaleMetric }),
    [autoscalingAnnotation.minScale]: String(minReplicas),
    ...(maxReplicas ? { [autoscalingAnnotation.maxScale]: String(maxReplicas) } : {}),
  };
}

function trafficOf({ canaryTrafficPercent }: ComponentSpec, tags: boolean, rolledOut: string | undefined) {
  const split = canaryTrafficPercent !== undefined && rolledOut !== undefined;
  const percent = split ? canaryTrafficPercent : 100;
  const traffic: KnativeTraffic[] = [{ latestRevision: true, percent, ...(tags ? { tag: 'latest' } : {}) }];
  if (split && percent < 100) {
    traffic.push({ revisionName: rolledOut, latestRevision: false, percent: 100 - percent, tag: 'prev' });
  }
  return traffic;
}

/** Knative takes no other names of ports than those of its protocols. */
function withKnownPortNames(podSpec: PodSpec): PodSpec {
  return { ...podSpec, containers: podSpec.containers.map(withKnownPortName) };
}

function withKnownPortName(container: Container): Container {
  const [first, ...others] = container.ports ?? [];
  if (first?.name === undefined || first.name === 'h2c' || first.name === 'http1') return container;
  const { name, ...unnamed } = first;
  const isHttp2 = name.startsWith('grpc') || name.startsWith('h2c');
  return { ...container, ports: [isHttp2 ? { ...first, name: 'h2c' } : unnamed, ...others] };
}
