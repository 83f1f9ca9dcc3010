import type { Deployment } from '@serval/kube/objects';
import { appLabel } from '../../names.ts';
import type { Component } from './component.ts';

/**
 * The Deployment of a component, with KServe's update settings. `replicas` is written only where nothing else scales it:
 * class `none` (minReplicas, 1 by default), and `external` when minReplicas is written.
 */
export function renderDeployment(component: Component): Deployment {
  const { labels, annotations, name, namespace, podSpec, spec } = component;
  const replicas = replicasOf(component);
  return {
    apiVersion: 'apps/v1',
    kind: 'Deployment',
    metadata: { name, namespace, labels: { ...labels }, annotations: { ...annotations } },
    spec: {
      ...(replicas === undefined ? {} : { replicas }),
      selector: { matchLabels: { [appLabel]: labels[appLabel] ?? '' } },
      template: { metadata: { labels: { ...labels }, annotations: { ...annotations } }, spec: podSpec },
      strategy: strategyOf(spec.deploymentStrategy),
      revisionHistoryLimit: 10,
      progressDeadlineSeconds: 600,
    },
  };
}

function replicasOf({ autoscaler, spec }: Component): number | undefined {
  if (autoscaler === 'none') return spec.minReplicas ?? 1;
  return autoscaler === 'external' ? spec.minReplicas : undefined;
}

function strategyOf(written: Component['spec']['deploymentStrategy']): Deployment['spec']['strategy'] {
  if (written?.type === 'Recreate') return { type: 'Recreate' };
  return {
    type: 'RollingUpdate',
    rollingUpdate: written?.rollingUpdate ?? { maxSurge: '25%', maxUnavailable: '25%' },
  };
}
