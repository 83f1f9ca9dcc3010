import type { Service } from '@serval/kube/objects';
import { appLabel, generationLabel, multiNodeRoleLabel } from '../../../names.ts';
import type { Component } from '../component.ts';

const componentSuffix = '-predictor';

/** Where workers find their head. */
export function headServiceName(predictor: string, generation: string): string {
  return `${withoutSuffix(predictor)}-head-${generation}`;
}

/** Where the head finds its workers. */
export function workersServiceName(predictor: string, generation: string): string {
  return `${withoutSuffix(predictor)}-workers-${generation}`;
}

/**
 * The names by which Pods of one generation find each other, before they are ready. KServe's, letter for letter.
 *
 * @param head  a component that has workers
 */
export function renderHeadlessServices(head: Component, worker: Component): Service[] {
  const generation = head.labels[generationLabel] ?? '';
  return [
    renderHeadless(headServiceName(head.name, generation), 'head', head, head),
    renderHeadless(workersServiceName(head.name, generation), 'worker', head, worker),
  ];
}

function renderHeadless(name: string, role: string, head: Component, { labels }: Component): Service {
  return {
    apiVersion: 'v1',
    kind: 'Service',
    metadata: {
      name,
      namespace: head.namespace,
      labels: { ...head.labels, [multiNodeRoleLabel]: role },
      annotations: { ...head.annotations },
    },
    spec: {
      clusterIP: 'None',
      publishNotReadyAddresses: true,
      selector: { [appLabel]: labels[appLabel] ?? '', [generationLabel]: labels[generationLabel] ?? '' },
    },
  };
}

function withoutSuffix(predictor: string): string {
  return predictor.endsWith(componentSuffix) ? predictor.slice(0, -componentSuffix.length) : predictor;
}
