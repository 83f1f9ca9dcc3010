import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { InferenceServiceStatus } from '@serval/api';
import { type Deployment, findCondition, type Gateway, type HttpRoute } from '@serval/kube/objects';
import { now, pod, settledWorld, statusOf, updatingWorld, type World, withoutAvailablePods } from './testing.ts';

const conditionOf = (status: InferenceServiceStatus, type: string) => {
  const { status: is, reason } = findCondition(status.conditions, type) ?? {};
  return reason ? `${is} ${reason}` : is;
};
const modelOf = ({ modelStatus }: InferenceServiceStatus) =>
  `${modelStatus?.transitionStatus}: ${modelStatus?.states?.activeModelState}, ${modelStatus?.states?.targetModelState}`;

test('a service that serves, in full', () => {
  const condition = (type: string) => ({ type, status: 'True', observedGeneration: 1, lastTransitionTime: now });
  assert.deepEqual(statusOf(settledWorld()), {
    observedGeneration: 1,
    deploymentMode: 'Standard',
    conditions: [condition('IngressReady'), condition('PredictorReady'), condition('Ready')],
    url: 'http://iris-default.localhost:8080',
    address: { url: 'http://iris-predictor.default.svc.cluster.local' },
    components: {
      predictor: {
        url: 'http://iris-predictor-default.localhost:8080',
        address: { url: 'http://iris-predictor.default.svc.cluster.local' },
      },
    },
    modelStatus: {
      transitionStatus: 'UpToDate',
      states: { activeModelState: 'Loaded', targetModelState: 'Loaded' },
      copies: { failedCopies: 0, totalCopies: 1 },
    },
    clusterServingRuntimeName: 'serval-model-server',
  });
});

test('the same again writes nothing: times stay', () => {
  const world = settledWorld();
  const first = statusOf(world);
  for (const condition of first.conditions ?? []) condition.lastTransitionTime = '2025-12-31T00:00:00Z';
  world.service.status = first;
  assert.deepEqual(statusOf(world), first);
});

test('a port that the scheme implies is not told', () => {
  const world = settledWorld();
  (world.gateway as Gateway).spec.listeners[0]!.port = 80;
  assert.equal(statusOf(world).url, 'http://iris-default.localhost');
});

const predictorCases: [rule: string, world: World, predictor: string, model: string][] = [
  [
    'no Deployment yet',
    { ...settledWorld(), deployment: undefined, replicaSets: [], pods: [] },
    'Unknown DeploymentPending',
    'InProgress: Pending, Pending',
  ],
  [
    'no Pod yet',
    withoutAvailablePods(settledWorld(), []),
    'False MinimumReplicasUnavailable',
    'InProgress: Pending, Pending',
  ],
  [
    'a volume cannot be had',
    (() => {
      const stuck = pod('a', 1);
      stuck.status?.conditions?.push({
        type: 'PodReadyToStartContainers',
        status: 'False',
        reason: 'FailedMount',
        message: 'persistentvolumeclaim "x" not found',
      });
      return withoutAvailablePods(settledWorld(), [stuck]);
    })(),
    'False FailedMount',
    'InProgress: Pending, Pending',
  ],
  [
    'the model is being fetched',
    withoutAvailablePods(settledWorld(), [pod('a', 1, { initializer: { state: { running: {} } } })]),
    'False Loading',
    'InProgress: Loading, Loading',
  ],
  [
    'the model cannot be fetched',
    withoutAvailablePods(settledWorld(), [
      pod('a', 1, {
        initializer: {
          state: { terminated: { exitCode: 1, reason: 'Error', message: 'no object under s3://models/iris/' } },
        },
      }),
    ]),
    'False ModelLoadFailed',
    'BlockedByFailedLoad: FailedToLoad, FailedToLoad',
  ],
  [
    'fetching is tried again, and nothing flickers',
    withoutAvailablePods(settledWorld(), [
      pod('a', 1, {
        initializer: {
          ready: true,
          state: { running: {} },
          lastState: { terminated: { exitCode: 1, message: 'no object' } },
        },
      }),
    ]),
    'False ModelLoadFailed',
    'BlockedByFailedLoad: FailedToLoad, FailedToLoad',
  ],
  [
    'the node went away under a server, which says nothing of the model',
    withoutAvailablePods(settledWorld(), [
      pod('a', 1, { server: { state: { terminated: { exitCode: 0, reason: 'NodeShutdown' } } } }),
    ]),
    'False Loading',
    'InProgress: Loading, Loading',
  ],
  [
    'a server that ends by itself is not well, whatever its exit code',
    withoutAvailablePods(settledWorld(), [
      pod('a', 1, { server: { state: { terminated: { exitCode: 0, reason: 'Completed' } } } }),
    ]),
    'False RuntimeUnhealthy',
    'BlockedByFailedLoad: FailedToLoad, FailedToLoad',
  ],
  [
    'a server gives up while it loads',
    withoutAvailablePods(settledWorld(), [
      pod('a', 1, {
        server: {
          state: { waiting: { reason: 'CrashLoopBackOff' } },
          lastState: { terminated: { exitCode: 3, message: 'not an XGBoost model' } },
        },
      }),
    ]),
    'False ModelLoadFailed',
    'BlockedByFailedLoad: FailedToLoad, FailedToLoad',
  ],
  [
    'a server runs out of memory',
    withoutAvailablePods(settledWorld(), [
      pod('a', 1, { server: { state: { terminated: { exitCode: 137, reason: 'OOMKilled' } } } }),
    ]),
    'False OOMKilled',
    'BlockedByFailedLoad: FailedToLoad, FailedToLoad',
  ],
  [
    'an image is not to be had',
    withoutAvailablePods(settledWorld(), [
      pod('a', 1, { server: { state: { waiting: { reason: 'ImageNotAvailable', message: 'no command for i' } } } }),
    ]),
    'False ImageNotAvailable',
    'BlockedByFailedLoad: FailedToLoad, FailedToLoad',
  ],
  [
    'a Deployment of yesterday makes nothing ready',
    {
      ...settledWorld(),
      pods: [],
      deployment: { ...(settledWorld().deployment as Deployment), metadata: { uid: 'deployment', generation: 2 } },
    },
    'Unknown DeploymentPending',
    'InProgress: Pending, Pending',
  ],
  [
    'a Pod that leaves does not count',
    (() => {
      const world = withoutAvailablePods(settledWorld(), [pod('a', 1, { ready: true })]);
      world.pods[0]!.metadata.deletionTimestamp = now;
      return world;
    })(),
    'False MinimumReplicasUnavailable',
    'InProgress: Pending, Pending',
  ],
  [
    'the old revision serves while the new one loads',
    updatingWorld([pod('b', 2, { server: { state: { running: {} } } })]),
    'True',
    'InProgress: Loaded, Loading',
  ],
  [
    'the old revision serves while the new one fails',
    updatingWorld([pod('b', 2, { initializer: { state: { terminated: { exitCode: 1, message: 'x' } } } })]),
    'True',
    'BlockedByFailedLoad: Loaded, FailedToLoad',
  ],
  [
    'the new revision serves, the old one leaves',
    updatingWorld([pod('b', 2, { ready: true })]),
    'True',
    'InProgress: Loaded, Loaded',
  ],
];
for (const [rule, world, predictor, model] of predictorCases) {
  test(rule, () => {
    const status = statusOf(world);
    assert.equal(conditionOf(status, 'PredictorReady'), predictor);
    assert.equal(modelOf(status), model);
    assert.equal(conditionOf(status, 'Ready'), predictor);
  });
}

test('a failure tells what the container said, where, and how it ended', () => {
  const status = statusOf(
    withoutAvailablePods(settledWorld(), [
      pod('iris-1-a', 1, {
        initializer: {
          state: { terminated: { exitCode: 2, message: 'no object under s3://models/iris/\n', finishedAt: now } },
        },
      }),
    ]),
  );
  assert.deepEqual(status.modelStatus?.lastFailureInfo, {
    reason: 'ModelLoadFailed',
    message: 'no object under s3://models/iris/',
    exitCode: 2,
    location: 'iris-1-a',
    time: now,
  });
  assert.deepEqual(status.modelStatus?.copies, { failedCopies: 1, totalCopies: 0 });
  assert.equal(
    findCondition(status.conditions, 'Ready')?.message,
    'Pod iris-1-a: container storage-initializer exited with code 2: no object under s3://models/iris/',
  );
});

const broken = (change: (world: World & { gateway: Gateway; routes: { iris: HttpRoute } }) => void): World => {
  const world = settledWorld() as World & { gateway: Gateway; routes: { iris: HttpRoute } };
  change(world);
  return world;
};
const ingressCases: [rule: string, world: World, expected: string][] = [
  ['the Gateway is missing', { ...settledWorld(), gateway: undefined }, 'False GatewayMissing'],
  [
    'the Gateway is not programmed',
    broken((w) => {
      w.gateway.status!.conditions![1]!.status = 'False';
    }),
    'False GatewayNotProgrammed',
  ],
  [
    'the Gateway was programmed once',
    broken((w) => {
      w.gateway.metadata.generation = 2;
    }),
    'Unknown GatewayPending',
  ],
  [
    'the Gateway has no address',
    broken((w) => {
      delete w.gateway.status!.addresses;
    }),
    'False GatewayAddressMissing',
  ],
  [
    'the data plane does not have the route yet',
    broken((w) => {
      w.routes.iris.status!.parents[0]!.conditions.push({ type: 'Programmed', status: 'Unknown', reason: 'Pending' });
    }),
    'Unknown RouteNotProgrammed',
  ],
  ['a route is missing', { ...settledWorld(), routes: { iris: undefined } }, 'Unknown HttpRoutePending'],
  [
    'a route was not taken up',
    broken((w) => {
      w.routes.iris.status!.parents = [];
    }),
    'Unknown RoutePending',
  ],
  [
    'another controller took it up',
    broken((w) => {
      w.routes.iris.status!.parents[0]!.controllerName = 'x/y';
    }),
    'Unknown RoutePending',
  ],
  [
    'another Gateway took it up',
    broken((w) => {
      w.routes.iris.status!.parents[0]!.parentRef = { name: 'other' };
    }),
    'Unknown RoutePending',
  ],
  [
    'a route is refused',
    broken((w) => {
      w.routes.iris.status!.parents[0]!.conditions[0]!.status = 'False';
    }),
    'False RouteRejected',
  ],
  [
    'a backend is not resolved',
    broken((w) => {
      w.routes.iris.status!.parents[0]!.conditions[1]!.status = 'False';
    }),
    'False RouteUnresolved',
  ],
  [
    'Unknown is not ready',
    broken((w) => {
      w.routes.iris.status!.parents[0]!.conditions[0]!.status = 'Unknown';
    }),
    'Unknown RoutePending',
  ],
  [
    'a route was accepted in an older form',
    broken((w) => {
      w.routes.iris.metadata.generation = 2;
    }),
    'Unknown RoutePending',
  ],
];
for (const [rule, world, expected] of ingressCases) {
  test(rule, () => {
    const status = statusOf(world);
    assert.equal(conditionOf(status, 'IngressReady'), expected);
    assert.equal(conditionOf(status, 'Ready'), expected);
    assert.equal(conditionOf(status, 'PredictorReady'), 'True');
  });
}

const rootCauseCases: [rule: string, world: World, reason: string, message: RegExp][] = [
  [
    'the namespace of the service is let in by no listener',
    broken((w) => {
      for (const listener of w.gateway.spec.listeners) listener.allowedRoutes = { namespaces: { from: 'Same' } };
      for (const route of [w.routes.iris]) route.status = { parents: [] };
    }),
    'False RouteNamespaceRefused',
    /takes routes of namespace default; fix: kubectl -n serval-system edit gateway serval-gateway$/,
  ],
  [
    'no listener covers the host',
    broken((w) => {
      for (const listener of w.gateway.spec.listeners) listener.hostname = '*.example.com';
      w.routes.iris.spec.hostnames = ['iris-default.localhost'];
      w.routes.iris.status!.parents[0]!.conditions[0]!.status = 'False';
    }),
    'False RouteHostOutside',
    /covers iris-default\.localhost; fix: kubectl -n serval-system edit configmap inferenceservice-config$/,
  ],
  [
    'a Gateway without a listener for requests is told before what follows from it',
    broken((w) => {
      for (const listener of w.gateway.spec.listeners) listener.protocol = 'TCP';
      w.gateway.status = {};
      w.routes.iris.status = { parents: [] };
    }),
    'False ListenerMissing',
    /has no HTTP or HTTPS listener/,
  ],
];
for (const [rule, world, reason, message] of rootCauseCases) {
  test(`the root cause is told, and how to mend it: ${rule}`, () => {
    const status = statusOf(world);
    assert.equal(conditionOf(status, 'IngressReady'), reason);
    assert.match(findCondition(status.conditions, 'Ready')?.message ?? '', message);
    world.service.status = status;
    assert.deepEqual(statusOf(world), status, 'and stays as it is');
  });
}

test('a cluster-local service needs no Gateway and has a URL of the cluster', () => {
  const world: World = { ...settledWorld(), gateway: undefined, routes: {} };
  world.service.metadata.labels = { 'networking.kserve.io/visibility': 'cluster-local' };
  const status = statusOf(world);
  assert.equal(conditionOf(status, 'Ready'), 'True');
  assert.equal(status.url, 'http://iris-predictor.default.svc.cluster.local');
});

test('what cannot be served says why, and what is loaded stays loaded', () => {
  const world = settledWorld();
  world.service.spec.predictor.model!.modelFormat.name = 'catboost';
  const status = statusOf(world);
  assert.equal(conditionOf(status, 'Ready'), 'False NoSupportingRuntime');
  assert.equal(modelOf(status), 'InvalidSpec: Loaded, FailedToLoad');
  assert.match(status.modelStatus?.lastFailureInfo?.message ?? '', /no runtime serves the format catboost/);
});

test('a stopped service says so', () => {
  const world: World = { ...settledWorld(), deployment: undefined, pods: [] };
  world.service.metadata.annotations = { 'serving.kserve.io/stop': 'true' };
  const status = statusOf(world);
  assert.equal(conditionOf(status, 'Ready'), 'False Stopped');
  assert.equal(status.modelStatus, undefined);
});

test('a transformer that is not there yet keeps the service from being ready', () => {
  const world = settledWorld();
  world.service.spec.transformer = { containers: [{ name: 'kserve-container', image: 't' }] };
  const status = statusOf(world);
  assert.equal(conditionOf(status, 'TransformerReady'), 'Unknown DeploymentPending');
  assert.equal(conditionOf(status, 'Ready'), 'Unknown DeploymentPending');
  assert.equal(status.address?.url, 'http://iris-transformer.default.svc.cluster.local');
  assert.deepEqual(Object.keys(status.components ?? {}), ['predictor', 'transformer']);
});
