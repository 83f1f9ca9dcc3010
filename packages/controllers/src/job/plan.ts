import { type Condition, findCondition, type Job, type Pod } from '@serval/kube/objects';
import { isPodActive, isPodReady } from '../shared/pod-state.ts';

export interface JobCounts {
  active: number;
  ready: number;
  succeeded: number;
  failed: number;
  /** Pods that are being deleted and have not ended. */
  terminating: number;
}

export type JobPlan =
  /** Nothing more to do but to go, in `deleteAfterMs`, when the Job has a time to live. */
  | { kind: 'finished'; deleteAfterMs?: number }
  | { kind: 'end'; condition: 'Complete' | 'Failed'; reason: string; message: string; remove: Pod[] }
  | { kind: 'suspend'; remove: Pod[] }
  | { kind: 'run'; create: number; remove: Pod[]; requeueAfterMs?: number };

/** Pods created in one go (`MaxPodCreateDeletePerSync`). */
const burst = 500;
const firstBackOffMs = 10_000;
const maxBackOffMs = 600_000;

/** Succeeded and failed Pods are never counted down when somebody deletes them. */
export function countPods({ status }: Job, pods: readonly Pod[]): JobCounts {
  const active = pods.filter(isPodActive);
  const inPhase = (phase: string) => pods.filter((pod) => pod.status?.phase === phase).length;
  return {
    active: active.length,
    ready: active.filter(isPodReady).length,
    succeeded: Math.max(inPhase('Succeeded'), status?.succeeded ?? 0),
    failed: Math.max(inPhase('Failed'), status?.failed ?? 0),
    terminating: pods.filter(
      ({ metadata, status: { phase } = {} }) =>
        metadata.deletionTimestamp && phase !== 'Succeeded' && phase !== 'Failed',
    ).length,
  };
}

/** What to do next for a Job with these Pods (`syncJob`). */
export function planJob(job: Job, pods: readonly Pod[], counts: JobCounts, nowMs: number): JobPlan {
  const { spec, status } = job;
  const finished = isFinished(status?.conditions);
  if (finished) return { kind: 'finished', ...timeToLive(job, finished, nowMs) };
  const active = pods.filter(isPodActive);
  const end = (condition: 'Complete' | 'Failed', reason: string, message: string): JobPlan => {
    return { kind: 'end', condition, reason, message, remove: active };
  };
  const restarts = spec.template.spec.restartPolicy === 'OnFailure' ? restartsOf(active) : 0;
  if (counts.failed + restarts > (spec.backoffLimit ?? 6)) {
    return end('Failed', 'BackoffLimitExceeded', 'Job has reached the specified backoff limit');
  }
  const deadlineMs = deadlineInMs(job, nowMs);
  if (deadlineMs !== undefined && deadlineMs <= 0) {
    return end('Failed', 'DeadlineExceeded', 'Job was active longer than specified deadline');
  }
  if (spec.suspend) return { kind: 'suspend', remove: active };
  const isDone =
    spec.completions === undefined ? counts.succeeded > 0 && counts.active === 0 : counts.succeeded >= spec.completions;
  if (isDone) return end('Complete', 'CompletionsReached', 'Reached expected number of succeeded pods');
  const wanted = wantedPods(job, counts);
  const missing = Math.min(wanted - counts.active - counts.terminating, burst);
  const waitMs = missing > 0 ? backOffMs(pods, counts.failed, nowMs) : 0;
  const requeue = [deadlineMs, waitMs > 0 ? waitMs : undefined].filter((ms) => ms !== undefined);
  return {
    kind: 'run',
    create: waitMs > 0 ? 0 : Math.max(0, missing),
    remove: counts.active > wanted ? youngest(active, counts.active - wanted) : [],
    ...(requeue.length > 0 ? { requeueAfterMs: Math.min(...requeue) } : {}),
  };
}

function isFinished(conditions: readonly Condition[] | undefined): Condition | undefined {
  return conditions?.find(({ type, status }) => (type === 'Complete' || type === 'Failed') && status === 'True');
}

function wantedPods({ spec }: Job, { active, succeeded }: JobCounts): number {
  const parallelism = spec.parallelism ?? 1;
  if (spec.completions !== undefined) return Math.min(parallelism, spec.completions - succeeded);
  // A work queue: once one succeeded, the others only finish.
  return succeeded > 0 ? Math.min(active, parallelism) : parallelism;
}

/** 10 s after the last failure, doubled by each one, at most ten minutes. */
function backOffMs(pods: readonly Pod[], failed: number, nowMs: number): number {
  const ends = pods.filter(({ status }) => status?.phase === 'Failed').map(endedAtMs);
  if (ends.length === 0 || failed === 0) return 0;
  const delay = Math.min(maxBackOffMs, firstBackOffMs * 2 ** Math.min(failed - 1, 10));
  return Math.max(0, Math.max(...ends) + delay - nowMs);
}

function endedAtMs({ metadata, status }: Pod): number {
  const ends = (status?.containerStatuses ?? []).map(({ state }) => Date.parse(state?.terminated?.finishedAt ?? ''));
  const known = ends.filter((end) => !Number.isNaN(end));
  return known.length > 0 ? Math.max(...known) : Date.parse(metadata.creationTimestamp ?? '') || 0;
}

function restartsOf(pods: readonly Pod[]): number {
  return pods
    .flatMap(({ status }) => [...(status?.initContainerStatuses ?? []), ...(status?.containerStatuses ?? [])])
    .reduce((total, { restartCount }) => total + restartCount, 0);
}

function deadlineInMs({ spec, status }: Job, nowMs: number): number | undefined {
  if (spec.activeDeadlineSeconds === undefined || spec.suspend || !status?.startTime) return undefined;
  return Date.parse(status.startTime) + spec.activeDeadlineSeconds * 1000 - nowMs;
}

function timeToLive({ spec }: Job, { lastTransitionTime }: Condition, nowMs: number): { deleteAfterMs?: number } {
  if (spec.ttlSecondsAfterFinished === undefined) return {};
  const since = Date.parse(lastTransitionTime ?? '') || nowMs;
  return { deleteAfterMs: Math.max(0, since + spec.ttlSecondsAfterFinished * 1000 - nowMs) };
}

function youngest(pods: readonly Pod[], count: number): Pod[] {
  const created = ({ metadata }: Pod) => metadata.creationTimestamp ?? '';
  return [...pods]
    .sort((a, b) => Number(isPodReady(a)) - Number(isPodReady(b)) || (created(a) < created(b) ? 1 : -1))
    .slice(0, count);
}

/** Does the Job's last condition say that it is suspended? */
export function isSuspended({ status }: Job): boolean {
  return findCondition(status?.conditions, 'Suspended')?.status === 'True';
}
