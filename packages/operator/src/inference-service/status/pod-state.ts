import type { FailureInfo } from '@serval/api';
import { type ContainerStatus, isConditionTrue, type Pod } from '@serval/kube/objects';
import { predictorContainer, storageInitializerContainer } from '../../names.ts';

/** How far one Pod is with its model. */
export type PodState =
  | { readonly state: 'Ready' | 'Loading' | 'Pending'; readonly reason?: string; readonly message?: string }
  | {
      readonly state: 'Failed';
      readonly failure: FailureInfo;
      readonly conditionReason: string;
      readonly message: string;
    };

/** A container that waits for one of these waits for a person. */
const stuckReasons: ReadonlySet<string> = new Set([
  'ImageNotAvailable',
  'ErrImagePull',
  'ImagePullBackOff',
  'InvalidImageName',
  'ErrImageNeverPull',
  'CreateContainerConfigError',
  'CreateContainerError',
  'RunContainerError',
]);

/**
 * Ends that tell nothing of the container: the node went away under it. Said by Serval's node, by the kubelet of a container
 * that it cannot find, and by container runtimes after a reboot.
 */
const nodeReasons: ReadonlySet<string> = new Set(['NodeShutdown', 'ContainerStatusUnknown', 'Unknown']);

/** Kubernetes cuts what a container leaves behind at 4096 bytes; a status needs no more than this of it. */
const maxMessageLength = 2048;

/**
 * What the containers of a Pod say. A container that failed and is being started again still counts as failed until it
 * succeeds, so that the state does not flicker with every attempt.
 */
export function podState(pod: Pod): PodState {
  const status = pod.status ?? {};
  if (isConditionTrue(status.conditions, 'Ready')) return { state: 'Ready' };
  for (const container of status.initContainerStatuses ?? []) {
    const problem = problemOf(pod, container, true);
    if (problem) return problem;
  }
  for (const container of status.containerStatuses ?? []) {
    const problem = problemOf(pod, container, false);
    if (problem) return problem;
  }
  if (status.phase === 'Failed') {
    return failed(pod, 'RuntimeUnhealthy', status.reason ?? 'PodFailed', status.message ?? 'the Pod failed');
  }
  // No node takes it, or a volume cannot be had.
  const stuck = status.conditions?.find(
    ({ type, status: is, message }) =>
      is === 'False' && message && (type === 'PodScheduled' || type === 'PodReadyToStartContainers'),
  );
  if (stuck) {
    return {
      state: 'Pending',
      reason: stuck.reason ?? stuck.type,
      message: `Pod ${pod.metadata.name}: ${stuck.message}`,
    };
  }
  const containers = [...(status.initContainerStatuses ?? []), ...(status.containerStatuses ?? [])];
  const running = containers.find(({ state }) => state?.running !== undefined);
  // Between two containers none runs; once one has started, the Pod is on its way.
  if (!running && !containers.some(({ state }) => state?.terminated !== undefined)) return { state: 'Pending' };
  return {
    state: 'Loading',
    message: running?.name === storageInitializerContainer ? 'the model is being fetched' : 'the model is being loaded',
  };
}

function problemOf(pod: Pod, container: ContainerStatus, isInit: boolean): PodState | undefined {
  const { state, lastState, name } = container;
  const waiting = state?.waiting;
  if (waiting?.reason && stuckReasons.has(waiting.reason)) {
    const reason = name === storageInitializerContainer ? 'ModelLoadFailed' : 'RuntimeUnhealthy';
    return failed(pod, reason, waiting.reason, `container ${name}: ${waiting.message ?? waiting.reason}`);
  }
  const ended = state?.terminated ?? lastState?.terminated;
  // An init container that came to its end has done its work; a server, or a sidecar, that comes to its end has not.
  const runsOn = !isInit || isSidecar(pod, name);
  if (!ended || nodeReasons.has(ended.reason ?? '') || (runsOn ? container.ready : ended.exitCode === 0)) {
    return undefined;
  }
  const said = (ended.message ?? '').trim();
  const how = ended.reason === 'OOMKilled' ? 'ran out of memory (OOMKilled)' : `exited with code ${ended.exitCode}`;
  const reason = loadFailed(name, ended, isInit) ? 'ModelLoadFailed' : 'RuntimeUnhealthy';
  const conditionReason = ended.reason === 'OOMKilled' ? 'OOMKilled' : reason;
  return failed(pod, reason, conditionReason, `container ${name} ${how}${said ? `: ${said}` : ''}`, {
    message: said || `container ${name} ${how}`,
    exitCode: ended.exitCode,
    ...(ended.finishedAt ? { time: ended.finishedAt } : {}),
  });
}

/** Init containers that are restarted always run beside the others. */
function isSidecar({ spec }: Pod, name: string): boolean {
  return (
    spec.initContainers?.some((container) => container.name === name && container.restartPolicy === 'Always') ?? false
  );
}

/** A server that gives up by itself could not load its model; one that is killed is unhealthy. */
function loadFailed(name: string, ended: { exitCode: number; reason?: string }, isInit: boolean): boolean {
  if (isInit) return name === storageInitializerContainer;
  return name === predictorContainer && ended.exitCode !== 0 && ended.exitCode < 128 && ended.reason !== 'OOMKilled';
}

function failed(
  pod: Pod,
  reason: NonNullable<FailureInfo['reason']>,
  conditionReason: string,
  message: string,
  info: FailureInfo = { message },
): PodState {
  const location = pod.metadata.name ?? '';
  return {
    state: 'Failed',
    conditionReason,
    message: shorten(`Pod ${location}: ${message}`),
    failure: { reason, ...info, message: shorten(info.message ?? message), location },
  };
}

function shorten(message: string): string {
  return message.length > maxMessageLength ? `…${message.slice(-maxMessageLength)}` : message;
}
