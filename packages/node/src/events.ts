import type { Pod } from '@serval/kube/objects';

/** Tells people what happened to a Pod. Must not throw, nor wait. */
export type EmitEvent = (
  pod: Pod,
  event: {
    type: 'Normal' | 'Warning';
    reason: string;
    message: string;
    /** Names the container by its field path. */
    container?: string;
  },
) => void;

/** `spec.containers{main}`, as the kubelet writes it. */
export function fieldPathOf(pod: Pod, container: string): string {
  const isInit = pod.spec.initContainers?.some(({ name }) => name === container);
  return `spec.${isInit ? 'initContainers' : 'containers'}{${container}}`;
}
