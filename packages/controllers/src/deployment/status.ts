import { type Deployment, type DeploymentCondition, findCondition, type ReplicaSet } from '@serval/kube/objects';
import { rolloutLimits } from './limits.ts';
import { sum } from './rolling.ts';

type Status = NonNullable<Deployment['status']>;

export interface StatusInput {
  deployment: Deployment;
  current: ReplicaSet | undefined;
  all: readonly ReplicaSet[];
  /** The current ReplicaSet was created or found by this very reconcile. */
  currentIs?: 'created' | 'found';
  /** Creating the current ReplicaSet failed. */
  failure?: string;
  nowMs: number;
  now: string;
}

/** The status of a Deployment, with upstream's reasons and messages, and when its progress deadline is due. */
export function deploymentStatus(input: StatusInput): { status: Status; requeueAfterMs?: number } {
  const { deployment, current, all } = input;
  const counts = countReplicas(deployment, current, all);
  const available = availableCondition(deployment, counts.availableReplicas);
  const progressing = progressingCondition(input, counts);
  const failure = replicaFailure(input);
  const before = deployment.status?.conditions;
  const conditions = [available, progressing, failure]
    .filter((condition) => condition !== undefined)
    .map((condition) => timed(condition, before, input.now));
  const { collisionCount } = deployment.status ?? {};
  const requeueAfterMs = deadlineInMs(input, conditions);
  return {
    status: {
      ...(deployment.metadata.generation === undefined ? {} : { observedGeneration: deployment.metadata.generation }),
      ...Object.fromEntries(Object.entries(counts).filter(([, count]) => count > 0)),
      ...(collisionCount === undefined ? {} : { collisionCount }),
      conditions: inOldOrder(conditions, before),
    },
    ...(requeueAfterMs === undefined ? {} : { requeueAfterMs }),
  };
}

interface Counts {
  replicas: number;
  updatedReplicas: number;
  readyReplicas: number;
  availableReplicas: number;
  unavailableReplicas: number;
}

function countReplicas(deployment: Deployment, current: ReplicaSet | undefined, all: readonly ReplicaSet[]): Counts {
  const available = sum(all, ({ status }) => status?.availableReplicas ?? 0);
  const wanted = Math.max(
    sum(all, ({ status }) => status?.replicas ?? 0),
    current ? (deployment.spec.replicas ?? 1) : 0,
  );
  return {
    replicas: sum(all, ({ status }) => status?.replicas ?? 0),
    updatedReplicas: current?.status?.replicas ?? 0,
    readyReplicas: sum(all, ({ status }) => status?.readyReplicas ?? 0),
    availableReplicas: available,
    unavailableReplicas: Math.max(0, wanted - available),
  };
}

function availableCondition(deployment: Deployment, available: number): DeploymentCondition {
  const { replicas, maxUnavailable } = rolloutLimits(deployment);
  return available >= replicas - maxUnavailable
    ? {
        type: 'Available',
        status: 'True',
        reason: 'MinimumReplicasAvailable',
        message: 'Deployment has minimum availability.',
      }
    : {
        type: 'Available',
        status: 'False',
        reason: 'MinimumReplicasUnavailable',
        message: 'Deployment does not have minimum availability.',
      };
}

function progressingCondition(input: StatusInput, counts: Counts): DeploymentCondition | undefined {
  const { deployment, current, nowMs } = input;
  const before = findCondition(deployment.status?.conditions, 'Progressing');
  if (deployment.spec.progressDeadlineSeconds === undefined) return undefined;
  const subject = current ? `ReplicaSet "${current.metadata.name}"` : `Deployment "${deployment.metadata.name}"`;
  const progressing = (reason: string, message: string) =>
    ({ type: 'Progressing', status: 'True', reason, message }) satisfies DeploymentCondition;

  if (deployment.spec.paused) {
    return { type: 'Progressing', status: 'Unknown', reason: 'DeploymentPaused', message: 'Deployment is paused' };
  }
  if (input.failure !== undefined) {
    return { type: 'Progressing', status: 'False', reason: 'ReplicaSetCreateError', message: input.failure };
  }
  if (input.currentIs === 'created') {
    return progressing('NewReplicaSetCreated', `Created new replica set "${current?.metadata.name}"`);
  }
  const complete = isComplete(deployment, counts);
  if (before?.reason === 'DeploymentPaused') return progressing('DeploymentResumed', 'Deployment is resumed');
  if (complete) return progressing('NewReplicaSetAvailable', `${subject} has successfully progressed.`);
  if (hasProgressed(deployment, counts)) {
    return progressing('ReplicaSetUpdated', `${subject} is progressing.`);
  }
  if (before === undefined || before.reason === 'NewReplicaSetAvailable') {
    return before && current && !input.currentIs
      ? before
      : progressing('FoundNewReplicaSet', `Found new replica set "${current?.metadata.name ?? ''}"`);
  }
  const since = Date.parse(before.lastUpdateTime ?? before.lastTransitionTime ?? '');
  if (before.status === 'True' && nowMs - since >= deployment.spec.progressDeadlineSeconds * 1000) {
    const message = `${subject} has timed out progressing.`;
    return { type: 'Progressing', status: 'False', reason: 'ProgressDeadlineExceeded', message };
  }
  return before;
}

function isComplete({ spec, metadata, status }: Deployment, counts: Counts): boolean {
  const replicas = spec.replicas ?? 1;
  return (
    counts.updatedReplicas === replicas &&
    counts.replicas === replicas &&
    counts.availableReplicas === replicas &&
    (metadata.generation === undefined || (status?.observedGeneration ?? 0) <= metadata.generation)
  );
}

/** `DeploymentProgressing`: more updated, ready or available Pods, or fewer old ones, than the last status tells. */
function hasProgressed({ status }: Deployment, counts: Counts): boolean {
  const old = (status?.replicas ?? 0) - (status?.updatedReplicas ?? 0);
  return (
    counts.updatedReplicas > (status?.updatedReplicas ?? 0) ||
    counts.replicas - counts.updatedReplicas < old ||
    counts.readyReplicas > (status?.readyReplicas ?? 0) ||
    counts.availableReplicas > (status?.availableReplicas ?? 0)
  );
}

/** The ReplicaSets' failure to create Pods, shown on the Deployment. */
function replicaFailure({ current, all }: StatusInput): DeploymentCondition | undefined {
  const found = [...(current ? [current] : []), ...all]
    .map(({ status }) => findCondition(status?.conditions, 'ReplicaFailure'))
    .find((condition) => condition !== undefined);
  if (found === undefined) return undefined;
  const { status, reason = 'FailedCreate', message = '' } = found;
  return { type: 'ReplicaFailure', status, reason, message };
}

/** `lastUpdateTime` moves when anything is new, `lastTransitionTime` when the status is. */
function timed(
  condition: DeploymentCondition,
  before: readonly DeploymentCondition[] | undefined,
  now: string,
): DeploymentCondition {
  const old = findCondition(before, condition.type);
  if (old === condition) return condition;
  const sameStatus = old?.status === condition.status;
  const progressed = condition.reason === 'ReplicaSetUpdated';
  if (old && sameStatus && old.reason === condition.reason && old.message === condition.message && !progressed)
    return old;
  return { ...condition, lastUpdateTime: now, lastTransitionTime: (sameStatus && old?.lastTransitionTime) || now };
}

function inOldOrder(
  conditions: DeploymentCondition[],
  before: readonly DeploymentCondition[] = [],
): DeploymentCondition[] {
  const place = ({ type }: DeploymentCondition) => {
    const index = before.findIndex((old) => old.type === type);
    return index < 0 ? before.length : index;
  };
  return [...conditions].sort((a, b) => place(a) - place(b));
}

function deadlineInMs({ deployment, nowMs }: StatusInput, conditions: DeploymentCondition[]): number | undefined {
  const { progressDeadlineSeconds } = deployment.spec;
  const progressing = findCondition(conditions, 'Progressing');
  if (progressDeadlineSeconds === undefined || progressing?.status !== 'True') return undefined;
  if (progressing.reason === 'NewReplicaSetAvailable') return undefined;
  const since = Date.parse(progressing.lastUpdateTime ?? '') || nowMs;
  return Math.max(1000, since + progressDeadlineSeconds * 1000 - nowMs + 1000);
}
