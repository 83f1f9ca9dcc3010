import type { Client } from '@serval/kube/client';
import { type Deployment, deployments, type HttpRoute, httpRoutes, pods, replicaSets } from '@serval/kube/objects';
import { gatewayControllerName } from '@serval/operator/declarations';

const now = () => new Date().toISOString();

/** What a gateway says of a route that it has taken up. */
export async function acceptRoute(client: Client, { metadata, spec }: HttpRoute): Promise<void> {
  const conditions = ['Accepted', 'ResolvedRefs'].map((type) => ({
    type,
    status: 'True',
    reason: type,
    message: '',
    observedGeneration: metadata.generation ?? 1,
    lastTransitionTime: now(),
  }));
  const parents = (spec.parentRefs ?? []).map((parentRef) => ({
    parentRef,
    controllerName: gatewayControllerName,
    conditions,
  }));
  await client.patch(httpRoutes, targetOf(metadata), 'merge', { status: { parents } }, { subresource: 'status' });
}

/** What the Deployment's and ReplicaSet's controllers and a kubelet write of a Deployment until its one Pod is ready. */
export async function runDeployment(client: Client, deployment: Deployment): Promise<void> {
  const { metadata, spec } = deployment;
  const { namespace = '', name = '' } = metadata;
  const tell = (available: boolean) => tellDeployment(client, deployment, available);
  const labels = { ...spec.template.metadata?.labels, 'pod-template-hash': 'bench' };
  const set = await client.create(replicaSets, {
    apiVersion: 'apps/v1',
    kind: 'ReplicaSet',
    metadata: {
      namespace,
      name: `${name}-bench`,
      labels,
      annotations: { 'deployment.kubernetes.io/revision': '1' },
      ownerReferences: [{ apiVersion: 'apps/v1', kind: 'Deployment', name, uid: metadata.uid ?? '', controller: true }],
    },
    spec: {
      replicas: 1,
      selector: { matchLabels: labels },
      template: { ...spec.template, metadata: { ...spec.template.metadata, labels } },
    },
  } as never);
  await tell(false);
  const pod = await client.create(pods, {
    apiVersion: 'v1',
    kind: 'Pod',
    metadata: {
      ...spec.template.metadata,
      labels,
      namespace,
      name: `${name}-bench-1`,
      ownerReferences: [
        {
          apiVersion: 'apps/v1',
          kind: 'ReplicaSet',
          name: `${name}-bench`,
          uid: set.metadata.uid ?? '',
          controller: true,
        },
      ],
    },
    spec: { ...spec.template.spec, nodeName: 'bench' },
  } as never);
  const containers = (list: readonly { name: string; image?: string }[] = [], state: object, ready: boolean) =>
    list.map((container) => ({
      name: container.name,
      image: container.image ?? '',
      imageID: '',
      ready,
      restartCount: 0,
      state,
    }));
  const ended = { terminated: { exitCode: 0, reason: 'Completed', startedAt: now(), finishedAt: now() } };
  await client.patch(
    pods,
    targetOf(pod.metadata),
    'merge',
    {
      status: {
        phase: 'Running',
        podIP: '10.0.0.1',
        startTime: now(),
        conditions: ['PodScheduled', 'Initialized', 'ContainersReady', 'Ready'].map((type) => ({
          type,
          status: 'True',
          lastTransitionTime: now(),
        })),
        initContainerStatuses: containers(pod.spec.initContainers, ended, true),
        containerStatuses: containers(pod.spec.containers, { running: { startedAt: now() } }, true),
      },
    },
    { subresource: 'status' },
  );
  await tell(true);
}

/** As the Deployment's controller, which has seen the specification before any Pod is ready. */
async function tellDeployment(client: Client, { metadata }: Deployment, available: boolean): Promise<void> {
  // The number of its ReplicaSet: a write to the Deployment itself that changes no specification.
  const annotations = { 'deployment.kubernetes.io/revision': '1' };
  if (!available) await client.patch(deployments, targetOf(metadata), 'merge', { metadata: { annotations } });
  const reasons = available
    ? { Available: 'MinimumReplicasAvailable', Progressing: 'NewReplicaSetAvailable' }
    : { Available: 'MinimumReplicasUnavailable', Progressing: 'ReplicaSetUpdated' };
  const count = available ? 1 : 0;
  const status = {
    observedGeneration: metadata.generation ?? 1,
    replicas: 1,
    updatedReplicas: 1,
    readyReplicas: count,
    availableReplicas: count,
    unavailableReplicas: 1 - count,
    conditions: Object.entries(reasons).map(([type, reason]) => ({
      type,
      status: type === 'Available' && !available ? 'False' : 'True',
      reason,
      message: '',
      lastTransitionTime: now(),
      lastUpdateTime: now(),
    })),
  };
  await client.patch(deployments, targetOf(metadata), 'merge', { status }, { subresource: 'status' });
}

function targetOf({ namespace, name = '' }: { namespace?: string; name?: string }) {
  return { name, ...(namespace ? { namespace } : {}) };
}
