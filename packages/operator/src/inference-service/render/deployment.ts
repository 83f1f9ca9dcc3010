import type { Deployment } from '@serval/kube/objects';
import { appLabel, fieldManager } from '../../names.ts';
import { withServingDefaults } from './complete-pod-spec.ts';
import type { Component } from './component.ts';

/**
 * The Deployment of a component, with KServe's update settings. `replicas` is written only where nothing else scales it:
 * class `none` (minReplicas, 1 by default), and `external` when minReplicas is written; and, as they are, until an autoscaler takes
 * over what was written before.
 */
export function renderDeployment(component: Component, live?: Deployment): Deployment {
  const { labels, annotations, name, namespace, podSpec, template } = component;
  const replicas = replicasOf(component) ?? handedOver(live);
  return {
    apiVersion: 'apps/v1',
    kind: 'Deployment',
    metadata: { name, namespace, labels: { ...labels }, annotations: { ...annotations } },
    spec: {
      ...(replicas === undefined ? {} : { replicas }),
      selector: { matchLabels: { [appLabel]: labels[appLabel] ?? '' } },
      template: template ?? {
        metadata: { labels: { ...labels }, annotations: { ...annotations } },
        spec: withServingDefaults(podSpec),
      },
      strategy: strategyOf(component),
      revisionHistoryLimit: 10,
      progressDeadlineSeconds: 600,
    },
  };
}

function replicasOf({ autoscaler, spec }: Component): number | undefined {
  if (autoscaler === 'none') return spec.minReplicas ?? 1;
  return autoscaler === 'external' ? spec.minReplicas : undefined;
}

/** A number that only we wrote would fall to 1 if it were no longer written. Who scales the Deployment owns it from then on. */
function handedOver(live: Deployment | undefined): number | undefined {
  const isOurs = live?.metadata.managedFields?.some(({ manager, operation, fieldsV1 }) => {
    const spec = fieldsV1?.['f:spec'];
    return manager === fieldManager && operation === 'Apply' && isRecord(spec) && 'f:replicas' in spec;
  });
  return isOurs ? live?.spec.replicas : undefined;
}

function isRecord(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null;
}

function strategyOf({ spec: { deploymentStrategy: written }, rollout }: Component): Deployment['spec']['strategy'] {
  if (written?.type === 'Recreate') return { type: 'Recreate' };
  const { maxSurge = '25%', maxUnavailable = '25%' } = written ? {} : rollout;
  return {
    type: 'RollingUpdate',
    rollingUpdate: written?.rollingUpdate ?? { maxSurge: podsOf(maxSurge), maxUnavailable: podsOf(maxUnavailable) },
  };
}

/** An API server takes a number of Pods as a number only; KServe writes it as a text, which is refused. */
function podsOf(text: string): number | string {
  return text.endsWith('%') ? text : Number(text);
}
