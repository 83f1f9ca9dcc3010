import {
  answered,
  deployment,
  type Fault,
  first,
  iris,
  named,
  nothingMade,
  nothingMadeBut,
  notReady,
  set,
  sick,
  withModel,
  withoutEndpoints,
} from './plan.ts';

export const serviceFaults: readonly Fault[] = [
  {
    name: 'there is no such service',
    plant: (p) => {
      p.scope = { namespace: 'default', name: 'rose' };
      p.probes = { unread: 'no InferenceService is to be reached from outside' } as never;
    },
    ids: ['service-missing'],
  },
  {
    name: 'the operator has not seen the service',
    plant: (p) => {
      delete iris(p).status;
      nothingMadeBut(p);
    },
    ids: ['service-unseen'],
  },
  {
    name: 'a child was refused',
    plant: (p) => {
      set(iris(p).status?.conditions, 'PredictorReady', 'False', { reason: 'ReconcileFailed', message: 'quota' });
      nothingMade(p);
    },
    ids: ['service-refused'],
  },
  {
    name: 'the named runtime does not exist',
    plant: (p) => {
      withModel(p, { runtime: 'nothing' });
      nothingMade(p);
    },
    ids: ['runtime-unknown'],
  },
  {
    name: 'the named runtime is disabled',
    plant: (p) => {
      withModel(p, { runtime: 'serval-model-server' });
      named(p.clusterRuntimes.items, 'serval-model-server').spec.disabled = true;
      nothingMade(p);
    },
    ids: ['runtime-disabled'],
  },
  {
    name: 'no runtime serves the format',
    plant: (p) => {
      withModel(p, { modelFormat: { name: 'spark' } });
      nothingMade(p);
    },
    ids: ['runtime-unfit'],
  },
  {
    name: 'no runtime speaks the protocol',
    plant: (p) => {
      withModel(p, { protocolVersion: 'grpc-v1' });
      nothingMade(p);
    },
    ids: ['runtime-unfit'],
  },
  {
    name: 'the Deployment is gone',
    plant: (p) => {
      p.deployments.items = [];
      p.pods.items = [];
      withoutEndpoints(p);
      answered(p, { status: 503 });
    },
    ids: ['deployment-missing'],
  },
  {
    name: 'Pods may not be created',
    plant: (p) => {
      deployment(p).status?.conditions?.push({ type: 'ReplicaFailure', status: 'True', message: 'exceeded quota' });
      p.pods.items = [];
      withoutEndpoints(p);
      notReady(p);
      answered(p, { status: 503 });
    },
    ids: ['pod-creation-refused'],
  },
  {
    name: 'no node takes the Pod',
    plant: (p) => {
      const scheduled = { type: 'PodScheduled', status: 'False', reason: 'Unschedulable', message: '0/3 nodes' };
      const pod = first(p.pods.items);
      pod.status = { ...pod.status, conditions: [], initContainerStatuses: [] };
      sick(p, { state: {} }, { phase: 'Pending', conditions: [scheduled] });
    },
    ids: ['pod-unschedulable'],
  },
  {
    name: 'an image cannot be pulled',
    plant: (p) => sick(p, { state: { waiting: { reason: 'ImagePullBackOff', message: 'not found' } } }),
    ids: ['pod-image-unavailable'],
  },
  {
    name: 'an image name is invalid',
    plant: (p) => sick(p, { state: { waiting: { reason: 'InvalidImageName', message: 'A B' } } }),
    ids: ['pod-image-unavailable'],
  },
  {
    name: 'the server needs more memory than it may have',
    plant: (p) =>
      sick(p, {
        state: { waiting: { reason: 'CrashLoopBackOff' } },
        lastState: { terminated: { exitCode: 137, reason: 'OOMKilled' } },
      }),
    ids: ['pod-out-of-memory'],
  },
  {
    name: 'the model cannot be loaded',
    plant: (p) =>
      sick(p, {
        state: { waiting: { reason: 'CrashLoopBackOff' } },
        lastState: { terminated: { exitCode: 1, reason: 'Error', message: 'no such model' } },
      }),
    ids: ['model-load-failed'],
  },
  {
    name: 'the server is killed again and again',
    plant: (p) =>
      sick(p, {
        state: { waiting: { reason: 'CrashLoopBackOff' } },
        lastState: { terminated: { exitCode: 139, reason: 'Error' } },
      }),
    ids: ['pod-failing'],
  },
  { name: 'the service is not ready, and nothing says why', plant: notReady, ids: ['service-not-ready'] },
  {
    name: 'a service of another namespace does not hide this one',
    plant: (p) => {
      const other = structuredClone(iris(p));
      other.metadata = { ...other.metadata, name: 'tulip', namespace: 'others' };
      other.spec.predictor.model = { ...other.spec.predictor.model, runtime: 'nothing' } as never;
      p.services.items.push(other);
      set(other.status?.conditions, 'Ready', 'False');
      notReady(p);
    },
    ids: ['runtime-unknown', 'service-not-ready'],
  },
];
