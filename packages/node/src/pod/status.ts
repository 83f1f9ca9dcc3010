import { rfc3339 } from '@serval/kube/client';
import type { Container, ContainerState, ContainerStatus, Pod, PodCondition, PodStatus } from '@serval/kube/objects';
import { hasSucceeded } from '../container/termination.ts';
import { conditionsOf } from './conditions.ts';
import type { Decision } from './decide.ts';
import { isSidecar } from './decide.ts';
import { qosClassOf } from './qos.ts';
import { type ContainerView, isLive } from './view.ts';

export interface StatusInput {
  pod: Pod;
  views: ReadonlyMap<string, ContainerView>;
  /** What was shown last; transition times come from it. */
  previous?: PodStatus;
  decision: Pick<Decision, 'crashLoops' | 'failure' | 'finished'>;
  nowMs: number;
  startedAtMs: number;
  hostIP: string;
  /** Absent until the Pod has its address. */
  podIP?: string;
  /** Volumes and network are there. */
  sandboxReady: boolean;
  /** Why they are not. */
  sandboxProblem?: { reason: string; message: string };
  terminating: boolean;
}

/** The status that a Pod should show. Conditions of others (readiness gates) are left as they are. */
export function podStatus(input: StatusInput): PodStatus {
  const { pod, decision, podIP } = input;
  const initContainerStatuses = (pod.spec.initContainers ?? []).map((container) =>
    containerStatus(container, input, true),
  );
  const containerStatuses = pod.spec.containers.map((container) => containerStatus(container, input, false));
  const phase = phaseOf(input, initContainerStatuses, containerStatuses);
  const conditions: PodCondition[] = conditionsOf(input, phase, initContainerStatuses, containerStatuses);
  return {
    phase,
    conditions,
    ...(decision.failure?.reason ? { reason: decision.failure.reason } : {}),
    ...(decision.failure?.message ? { message: decision.failure.message } : {}),
    hostIP: input.hostIP,
    ...(podIP ? { podIP, podIPs: [{ ip: podIP }] } : {}),
    startTime: rfc3339(input.startedAtMs),
    ...(initContainerStatuses.length > 0 ? { initContainerStatuses } : {}),
    containerStatuses,
    qosClass: qosClassOf(pod),
    ...(pod.metadata.generation !== undefined ? { observedGeneration: pod.metadata.generation } : {}),
  };
}

function containerStatus(container: Container, input: StatusInput, isInit: boolean): ContainerStatus {
  const { views, decision, pod } = input;
  const image = container.image ?? '';
  const view = views.get(container.name);
  const defaultReason = isInit || (pod.spec.initContainers ?? []).length > 0 ? 'PodInitializing' : 'ContainerCreating';
  const crashLoop = decision.crashLoops.get(container.name);
  let state: ContainerState = { waiting: { reason: defaultReason } };
  let last = view?.lastTerminated;
  if (view?.phase === 'exited' && view.terminated) {
    if (crashLoop) {
      state = { waiting: { reason: 'CrashLoopBackOff', message: crashLoop } };
      last = view.terminated;
    } else state = { terminated: view.terminated };
  } else if (view?.phase === 'running' || view?.phase === 'stopping') {
    state = { running: view.startedAt ? { startedAt: view.startedAt } : {} };
  } else if (view?.problem) {
    state = { waiting: { reason: view.problem.reason, message: view.problem.message } };
  } else if (view?.phase === 'starting') state = { waiting: { reason: 'ContainerCreating' } };
  const running = state.running !== undefined;
  const completedInit = isInit && !isSidecar(container) && view?.phase === 'exited' && hasSucceeded(view.terminated);
  return {
    name: container.name,
    state,
    lastState: last ? { terminated: last } : {},
    // As in the kubelet, an init container that runs is not ready before it has ended well.
    ready:
      completedInit || (running && (!isInit || isSidecar(container)) && view?.ready === true && !input.terminating),
    started: running && view?.started === true,
    restartCount: view?.restartCount ?? 0,
    image,
    imageID: '',
    ...(view?.containerID ? { containerID: `serval://${view.containerID}` } : {}),
  };
}

/** The kubelet's getPhase. */
function phaseOf(
  { pod, previous, decision, views }: StatusInput,
  inits: readonly ContainerStatus[],
  mains: readonly ContainerStatus[],
): NonNullable<PodStatus['phase']> {
  if (decision.failure) return [...views.values()].some(isLive) ? (previous?.phase ?? 'Pending') : 'Failed';
  const policy = pod.spec.restartPolicy ?? 'Always';
  const hasRun = (status: ContainerStatus): boolean =>
    status.state?.waiting === undefined || status.lastState?.terminated !== undefined;
  const initialised = mains.some(hasRun);
  const openInits = (pod.spec.initContainers ?? []).filter((container, index) =>
    isSidecar(container) ? !inits[index]?.started : !hasSucceeded(inits[index]?.state?.terminated),
  );
  if (!initialised && openInits.length > 0) return 'Pending';
  if (mains.some((status) => !hasRun(status))) return 'Pending';
  if (mains.some(({ state }) => state?.running)) return 'Running';
  const ended = pod.metadata.deletionTimestamp !== undefined && decision.finished;
  if (policy === 'Always' && !ended) return 'Running';
  const sidecarsRun = (pod.spec.initContainers ?? []).some((c, index) => isSidecar(c) && inits[index]?.state?.running);
  if (sidecarsRun) return 'Running';
  if (mains.every(({ state, lastState }) => hasSucceeded(state?.terminated ?? lastState?.terminated)))
    return 'Succeeded';
  return policy === 'Never' || ended ? 'Failed' : 'Running';
}
