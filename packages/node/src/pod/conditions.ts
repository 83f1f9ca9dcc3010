import { rfc3339 } from '@serval/kube/client';
import type { ContainerStatus, PodCondition, PodStatus } from '@serval/kube/objects';
import { isSidecar } from './decide.ts';
import type { StatusInput } from './status.ts';

/** Condition types that the kubelet owns; all others on a Pod belong to somebody else. */
const owned = ['PodReadyToStartContainers', 'Initialized', 'Ready', 'ContainersReady', 'PodScheduled'] as const;

/** The conditions of a Pod, reasons and messages as the kubelet's (pkg/kubelet/status/generate.go). */
export function conditionsOf(
  input: StatusInput,
  phase: NonNullable<PodStatus['phase']>,
  inits: readonly ContainerStatus[],
  mains: readonly ContainerStatus[],
): PodCondition[] {
  const previous = input.previous?.conditions ?? [];
  const foreign = (input.pod.status?.conditions ?? []).filter(({ type }) => !owned.some((name) => name === type));
  const containersReady = containersReadyCondition(input, phase, inits, mains);
  const wanted: PodCondition[] = [
    condition(
      'PodReadyToStartContainers',
      input.sandboxReady && !input.decision.finished,
      input.sandboxProblem?.reason,
      input.sandboxProblem?.message,
    ),
    initializedCondition(input, phase, inits, mains),
    readyCondition(input, phase, containersReady, foreign),
    containersReady,
    condition('PodScheduled', true),
  ];
  return [...wanted.map((next) => withTransition(next, previous, input.nowMs)), ...foreign];
}

function condition(type: string, status: boolean, reason?: string, message?: string): PodCondition {
  return { type, status: status ? 'True' : 'False', ...(reason ? { reason } : {}), ...(message ? { message } : {}) };
}

function withTransition(next: PodCondition, previous: readonly PodCondition[], nowMs: number): PodCondition {
  const before = previous.find(({ type }) => type === next.type);
  const lastTransitionTime =
    before?.status === next.status && before.lastTransitionTime ? before.lastTransitionTime : rfc3339(nowMs);
  return { ...next, lastTransitionTime };
}

function initializedCondition(
  { pod }: StatusInput,
  phase: string,
  inits: readonly ContainerStatus[],
  mains: readonly ContainerStatus[],
): PodCondition {
  if (phase === 'Succeeded') return condition('Initialized', true, 'PodCompleted');
  const started = mains.some(({ containerID }) => containerID !== undefined);
  const open = (pod.spec.initContainers ?? []).filter((container, index) =>
    isSidecar(container) ? !inits[index]?.started : !inits[index]?.ready,
  );
  if (started || open.length === 0) return condition('Initialized', true);
  const names = open.map(({ name }) => name).join(' ');
  return condition('Initialized', false, 'ContainersNotInitialized', `containers with incomplete status: [${names}]`);
}

function containersReadyCondition(
  { pod }: StatusInput,
  phase: string,
  inits: readonly ContainerStatus[],
  mains: readonly ContainerStatus[],
): PodCondition {
  if (phase === 'Succeeded') return condition('ContainersReady', false, 'PodCompleted');
  if (phase === 'Failed') return condition('ContainersReady', false, 'PodFailed');
  const sidecars = inits.filter((_, index) => isSidecar(pod.spec.initContainers?.[index] ?? { name: '' }));
  const unready = [...sidecars, ...mains].filter(({ ready }) => !ready).map(({ name }) => name);
  if (unready.length === 0) return condition('ContainersReady', true);
  return condition(
    'ContainersReady',
    false,
    'ContainersNotReady',
    `containers with unready status: [${unready.join(' ')}]`,
  );
}

function readyCondition(
  { pod }: StatusInput,
  phase: string,
  containersReady: PodCondition,
  foreign: readonly PodCondition[],
): PodCondition {
  if (phase === 'Succeeded' || phase === 'Failed' || containersReady.status !== 'True') {
    return { ...containersReady, type: 'Ready' };
  }
  const gates = (pod.spec.readinessGates ?? []) as { conditionType: string }[];
  const messages = gates.flatMap(({ conditionType }) => {
    const found = foreign.find(({ type }) => type === conditionType);
    if (!found) return [`corresponding condition of pod readiness gate "${conditionType}" does not exist.`];
    return found.status === 'True'
      ? []
      : [`the status of pod readiness gate "${conditionType}" is not "True", but ${found.status}`];
  });
  return messages.length === 0
    ? condition('Ready', true)
    : condition('Ready', false, 'ReadinessGatesNotReady', messages.join(', '));
}
