import type { Client } from '@serval/kube/client';
import { isStatusError, type KubeObject, type Pod, pods, type Resource } from '@serval/kube/objects';

interface Binding extends KubeObject {
  target: { apiVersion?: string; kind: string; name: string };
}

/** Whether a Pod waits for the scheduler whose part this node takes: there is but one machine to choose. */
export function wantsBinding({ metadata, spec }: Pod): boolean {
  const scheduler = spec.schedulerName;
  return (
    !spec.nodeName &&
    metadata.deletionTimestamp === undefined &&
    (scheduler === undefined || scheduler === '' || scheduler === 'default-scheduler') &&
    ((spec.schedulingGates as unknown[] | undefined) ?? []).length === 0
  );
}

/** Why a Pod cannot run on this node, in the scheduler's words; nothing when it can. */
export function unschedulableReason({ spec }: Pod, labels: Readonly<Record<string, string>>): string | undefined {
  const matches = Object.entries(spec.nodeSelector ?? {}).every(([key, value]) => labels[key] === value);
  return matches ? undefined : "0/1 nodes are available: 1 node(s) didn't match Pod's node affinity/selector.";
}

/** Gives the Pod to the node, by the binding subresource, or by patching where the server has none. */
export async function bindPod(client: Client, { metadata }: Pod, nodeName: string, signal: AbortSignal): Promise<void> {
  const { namespace, name = '', uid } = metadata;
  const binding: Binding = {
    apiVersion: 'v1',
    kind: 'Binding',
    metadata: { name, namespace, uid },
    target: { apiVersion: 'v1', kind: 'Node', name: nodeName },
  };
  try {
    await client.create(pods as unknown as Resource<Binding>, binding, { subresource: 'binding', signal });
  } catch (error) {
    // No such subresource: a 404 that is not about this Pod, or a 405.
    const lacking =
      isStatusError(error, 'MethodNotAllowed') || (isStatusError(error, 'NotFound') && error.details?.name !== name);
    if (!lacking) throw error;
    await client.patch(pods, { namespace, name }, 'merge', { metadata: { uid }, spec: { nodeName } }, { signal });
  }
}

/** `PodScheduled=False`, as the scheduler tells it. */
export async function reportUnschedulable(
  client: Client,
  pod: Pod,
  message: string,
  nowText: string,
  signal: AbortSignal,
): Promise<void> {
  const before = pod.status?.conditions?.find(({ type }) => type === 'PodScheduled');
  if (before?.message === message) return;
  const condition = {
    type: 'PodScheduled',
    status: 'False',
    reason: 'Unschedulable',
    message,
    lastTransitionTime: nowText,
  };
  const others = (pod.status?.conditions ?? []).filter(({ type }) => type !== 'PodScheduled');
  const { namespace, name = '', uid } = pod.metadata;
  const patch = { metadata: { uid }, status: { phase: 'Pending', conditions: [...others, condition] } };
  await client.patch(pods, { namespace, name }, 'merge', patch, { subresource: 'status', signal });
}
