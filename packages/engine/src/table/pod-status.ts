import type { AnyObject, ContainerStatus, PodCondition } from '@serval/kube/objects';
import { formatAge } from './age.ts';

interface ContainerSpec {
  name: string;
  restartPolicy?: string;
}

/** `1/2`: ready containers, sidecars counted in (`pkg/printers/internalversion`, printPod). */
export function readyContainers(pod: AnyObject): string {
  const sidecars = initContainers(pod).filter(isSidecar);
  const statuses = containerStatuses(pod);
  const ready =
    statuses.filter((status) => status.ready && status.state?.running).length +
    initStatuses(pod).filter(
      (status) => status.ready && status.started && sidecars.some(({ name }) => name === status.name),
    ).length;
  return `${ready}/${(pod['spec']?.containers ?? []).length + sidecars.length}`;
}

/** What `kubectl get pods` shows as STATUS. */
export function podStatusText(pod: AnyObject): string {
  const status = pod['status'] ?? {};
  let text: string = status.reason || status.phase || 'Unknown';
  const conditions: PodCondition[] = status.conditions ?? [];
  if (conditions.some(({ type, reason }) => type === 'PodScheduled' && reason === 'SchedulingGated')) {
    text = 'SchedulingGated';
  }
  const waiting = initText(pod);
  if (waiting !== undefined) text = waiting;
  if (
    waiting === undefined ||
    conditions.some(({ type, status: value }) => type === 'Initialized' && value === 'True')
  ) {
    text = mainText(pod, text);
  }
  if (pod.metadata.deletionTimestamp) {
    if (status.reason === 'NodeLost') return 'Unknown';
    if (status.phase !== 'Succeeded' && status.phase !== 'Failed') return 'Terminating';
  }
  return text;
}

/** `3 (5m ago)`. */
export function podRestarts(pod: AnyObject, nowMs: number): string {
  const sidecars = new Set(
    initContainers(pod)
      .filter(isSidecar)
      .map(({ name }) => name),
  );
  const inInit = initText(pod) !== undefined;
  const counted = inInit
    ? initStatuses(pod)
    : [...containerStatuses(pod), ...initStatuses(pod).filter(({ name }) => sidecars.has(name))];
  const restarts = counted.reduce((sum, { restartCount }) => sum + restartCount, 0);
  const last = counted
    .map(({ lastState }) => lastState?.terminated?.finishedAt)
    .filter((time) => time !== undefined)
    .sort()
    .at(-1);
  return restarts > 0 && last ? `${restarts} (${formatAge(last, nowMs)} ago)` : String(restarts);
}

function initText(pod: AnyObject): string | undefined {
  const specs = initContainers(pod);
  for (const [index, status] of initStatuses(pod).entries()) {
    const { terminated, waiting } = status.state ?? {};
    const spec = specs.find(({ name }) => name === status.name);
    if (terminated?.exitCode === 0 && terminated) continue;
    if (spec && isSidecar(spec) && status.started) continue;
    if (terminated) return `Init:${terminated.reason || exitText(terminated)}`;
    if (waiting?.reason && waiting.reason !== 'PodInitializing') return `Init:${waiting.reason}`;
    return `Init:${index}/${specs.length}`;
  }
  return undefined;
}

function mainText(pod: AnyObject, before: string): string {
  let text = before;
  let running = false;
  for (const { state, ready } of [...containerStatuses(pod)].reverse()) {
    if (state?.waiting?.reason) text = state.waiting.reason;
    else if (state?.terminated) text = state.terminated.reason || exitText(state.terminated);
    else if (ready && state?.running) running = true;
  }
  if (text !== 'Completed' || !running) return text;
  const conditions: PodCondition[] = pod['status']?.conditions ?? [];
  return conditions.some(({ type, status }) => type === 'Ready' && status === 'True') ? 'Running' : 'NotReady';
}

function exitText({ exitCode, signal }: { exitCode: number; signal?: number }): string {
  return signal ? `Signal:${signal}` : `ExitCode:${exitCode}`;
}

function isSidecar({ restartPolicy }: ContainerSpec): boolean {
  return restartPolicy === 'Always';
}

function initContainers(pod: AnyObject): ContainerSpec[] {
  return pod['spec']?.initContainers ?? [];
}

function containerStatuses(pod: AnyObject): ContainerStatus[] {
  return pod['status']?.containerStatuses ?? [];
}

function initStatuses(pod: AnyObject): ContainerStatus[] {
  return pod['status']?.initContainerStatuses ?? [];
}
