import assert from 'node:assert/strict';
import { test } from 'node:test';
import { startTestEngine } from '../testing.ts';

const configMaps = '/api/v1/namespaces/default/configmaps';
const deployments = '/apis/apps/v1/namespaces/default/deployments';
const pods = '/api/v1/namespaces/default/pods';

function deployment(name: string) {
  const labels = { app: name };
  return {
    metadata: { name },
    spec: {
      selector: { matchLabels: labels },
      template: { metadata: { labels }, spec: { containers: [{ name: 'c', image: 'web:1' }] } },
    },
  };
}

test('a write that changes nothing keeps the resourceVersion', async (t) => {
  const { ok } = await startTestEngine(t);
  const created = await ok('POST', configMaps, { metadata: { name: 'a' }, data: { x: '1' } });
  const version = created.metadata.resourceVersion;
  assert.equal((await ok('PUT', `${configMaps}/a`, created)).metadata.resourceVersion, version);
  assert.equal((await ok('PATCH', `${configMaps}/a`, { data: { x: '1' } })).metadata.resourceVersion, version);
});

test('generation counts changes of spec, and status goes only through /status', async (t) => {
  const { ok } = await startTestEngine(t);
  const created = await ok('POST', deployments, { ...deployment('web'), status: { replicas: 9 } });
  assert.equal(created.metadata.generation, 1);
  assert.equal(created['status'], undefined);
  assert.equal(created['spec'].strategy.rollingUpdate.maxSurge, '25%');
  assert.equal(created['spec'].template.spec.containers[0].imagePullPolicy, 'IfNotPresent');
  const labelled = await ok('PATCH', `${deployments}/web`, {
    metadata: { labels: { a: 'b' } },
    status: { replicas: 9 },
  });
  assert.equal(labelled.metadata.generation, 1);
  assert.equal(labelled['status'], undefined);
  const scaled = await ok('PATCH', `${deployments}/web`, { spec: { replicas: 3 } });
  assert.equal(scaled.metadata.generation, 2);
  const status = await ok('PATCH', `${deployments}/web/status`, { spec: { replicas: 7 }, status: { replicas: 3 } });
  assert.deepEqual([status['spec'].replicas, status['status'].replicas, status.metadata.generation], [3, 3, 2]);
});

test('finalizers hold a deleted object until the last one is gone', async (t) => {
  const { ok, call } = await startTestEngine(t);
  await ok('POST', configMaps, { metadata: { name: 'a', finalizers: ['x.io/one'] } });
  const held = await ok('DELETE', `${configMaps}/a`);
  assert.ok(held.metadata.deletionTimestamp);
  const again = await ok('DELETE', `${configMaps}/a`);
  assert.equal(again.metadata.resourceVersion, held.metadata.resourceVersion);
  const added = await call('PATCH', `${configMaps}/a`, { metadata: { finalizers: ['x.io/one', 'x.io/two'] } });
  assert.equal(added.status, 422);
  await ok('PATCH', `${configMaps}/a`, { metadata: { finalizers: null } });
  assert.equal((await call('GET', `${configMaps}/a`)).status, 404);
});

test('delete options: preconditions, propagation, dry run', async (t) => {
  const { ok, call } = await startTestEngine(t);
  await ok('POST', configMaps, { metadata: { name: 'a' } });
  assert.equal((await call('DELETE', `${configMaps}/a`, { preconditions: { uid: 'other' } })).status, 409);
  await ok('DELETE', `${configMaps}/a`, { dryRun: ['All'] });
  const foreground = await ok('DELETE', `${configMaps}/a`, { propagationPolicy: 'Foreground' });
  assert.deepEqual(foreground.metadata.finalizers, ['foregroundDeletion']);
  assert.equal((await call('DELETE', `${configMaps}/a`, { propagationPolicy: 'Sideways' })).status, 400);
});

test('a Pod ends gracefully once a node has it, and at once before', async (t) => {
  const { ok, call } = await startTestEngine(t);
  const pod = (name: string) => ({ metadata: { name }, spec: { containers: [{ name: 'c', image: 'web' }] } });
  await ok('POST', pods, pod('free'));
  await ok('DELETE', `${pods}/free`);
  assert.equal((await call('GET', `${pods}/free`)).status, 404);
  await ok('POST', pods, pod('bound'));
  await ok('POST', `${pods}/bound/binding`, { target: { name: 'node-1' } });
  assert.equal((await call('POST', `${pods}/bound/binding`, { target: { name: 'node-2' } })).status, 409);
  const ending = await ok('DELETE', `${pods}/bound`);
  assert.equal(ending.metadata.deletionGracePeriodSeconds, 30);
  assert.equal((await ok('GET', `${pods}?fieldSelector=spec.nodeName=node-1`))['items'].length, 1);
  await ok('DELETE', `${pods}/bound`, { gracePeriodSeconds: 0 });
  assert.equal((await call('GET', `${pods}/bound`)).status, 404);
});

test('namespaces must exist, and end when their finalizer is removed', async (t) => {
  const { ok, call } = await startTestEngine(t);
  const missing = await call('POST', '/api/v1/namespaces/none/configmaps', { metadata: { name: 'a' } });
  assert.deepEqual([missing.status, missing.body.message], [404, 'namespaces "none" not found']);
  await ok('POST', '/api/v1/namespaces', { metadata: { name: 'team' } });
  const ending = await ok('DELETE', '/api/v1/namespaces/team');
  assert.equal(ending['status'].phase, 'Terminating');
  const refused = await call('POST', '/api/v1/namespaces/team/configmaps', { metadata: { name: 'a' } });
  assert.equal(refused.body.details.causes[0].reason, 'NamespaceTerminating');
  await ok('PUT', '/api/v1/namespaces/team/finalize', { ...ending, spec: { finalizers: [] } });
  assert.equal((await call('GET', '/api/v1/namespaces/team')).status, 404);
});

test('bad requests say what is wrong', async (t) => {
  const { call, ok } = await startTestEngine(t);
  const refused = async (path: string, body: unknown) => (await call('POST', path, body)).body.message as string;
  assert.match(await refused(configMaps, '{"metadata": {'), /position/);
  assert.match(await refused(configMaps, { kind: 'Secret', metadata: { name: 'a' } }), /does not match the URL/);
  assert.match(await refused(configMaps, { metadata: { name: 'A_B' } }), /RFC 1123/);
  assert.match(
    await refused(configMaps, { metadata: { name: 'a', namespace: 'other' } }),
    /does not match the namespace/,
  );
  assert.match(await refused(configMaps, {}), /name or generateName is required/);
  assert.match(await refused(configMaps, { metadata: { name: 'a' }, data: { x: 1 } }), /data.*must be of type string/);
  assert.match(
    await refused(`${configMaps}?fieldValidation=Strict`, { metadata: { name: 'a' }, dta: {} }),
    /strict decoding error: unknown field "dta"/,
  );
  assert.match(await refused(deployments, { metadata: { name: 'web' }, spec: [] }), /spec.*must be of type object/);
  const empty = { metadata: { name: 'p' }, spec: { containers: [] } };
  assert.match(await refused(pods, empty), /spec.containers: Required value/);
  const unmounted = { name: 'c', image: 'i', volumeMounts: [{ name: 'none', mountPath: '/m' }] };
  assert.match(
    await refused(pods, { ...empty, spec: { containers: [unmounted] } }),
    /volumeMounts\[0\].name: Not found: "none"/,
  );
  const negative = { ...deployment('web'), spec: { ...deployment('web').spec, replicas: -1 } };
  assert.match(
    await refused(deployments, negative),
    /spec\.replicas: Invalid value: -1: must be greater than or equal to 0/,
  );
  await ok('POST', deployments, deployment('web'));
  const moved = await call('PATCH', `${deployments}/web`, { spec: { selector: { matchLabels: { app: 'x' } } } });
  assert.match(moved.body.message, /spec.selector.*field is immutable/);
  const service = {
    metadata: { name: 's' },
    spec: { ports: [{ port: 0 }, { port: 80, name: 'a' }, { port: 80, name: 'a' }] },
  };
  const causes = (await call('POST', '/api/v1/namespaces/default/services', service)).body.details.causes;
  assert.deepEqual(
    causes.map(({ field, reason }: { field: string; reason: string }) => `${field} ${reason}`),
    [
      'spec.ports[0].name FieldValueRequired',
      'spec.ports[0].port FieldValueInvalid',
      'spec.ports[0].targetPort FieldValueInvalid',
      'spec.ports[2].name FieldValueDuplicate',
      'spec.ports[2] FieldValueDuplicate',
    ],
  );
  const warned = await call('POST', configMaps, { metadata: { name: 'w' }, dta: {} });
  assert.match(warned.headers['warning'] ?? '', /^299 - "unknown field \\"dta\\""$/);
  assert.equal(
    (await call('POST', `${configMaps}?dryRun=All`, { metadata: { name: 'dry' } })).body.metadata.resourceVersion,
    undefined,
  );
  assert.equal((await call('GET', `${configMaps}/dry`)).status, 404);
});

test('writers that race over one object all get through, one after the other', async (t) => {
  const { ok } = await startTestEngine(t);
  await ok('POST', configMaps, { metadata: { name: 'a' } });
  await Promise.all(Array.from({ length: 20 }, (_, i) => ok('PATCH', `${configMaps}/a`, { data: { [`k${i}`]: 'v' } })));
  assert.equal(Object.keys((await ok('GET', `${configMaps}/a`))['data']).length, 20);
});

test('server-side apply creates, takes fields over only by force, and removes what is no longer applied', async (t) => {
  const { ok, call } = await startTestEngine(t);
  const apply = (manager: string, data: object, force = false) =>
    call(
      'PATCH',
      `${configMaps}/a?fieldManager=${manager}&force=${force}`,
      { apiVersion: 'v1', kind: 'ConfigMap', metadata: { name: 'a' }, data },
      {
        'content-type': 'application/apply-patch+yaml',
      },
    );
  assert.equal((await apply('one', { x: '1', y: '1' })).status, 201);
  const before = await ok('GET', `${configMaps}/a`);
  assert.deepEqual((await apply('one', { x: '1', y: '1' })).body, before);
  assert.equal((await apply('two', { x: '2' })).body.reason, 'Conflict');
  assert.deepEqual((await apply('two', { x: '2' }, true)).body.data, { x: '2', y: '1' });
  assert.deepEqual((await apply('one', {})).body.data, { x: '2' });
});

test('/scale reads and writes replicas, by PUT without a content type too', async (t) => {
  const { ok, engine } = await startTestEngine(t);
  await ok('POST', deployments, deployment('web'));
  const scale = await ok('GET', `${deployments}/web/scale`);
  assert.deepEqual([scale.kind, scale['spec'].replicas, scale['status'].selector], ['Scale', 1, 'app=web']);
  const body = JSON.stringify({ ...scale, spec: { replicas: 4 } });
  const answer = await engine.handle({ method: 'PUT', path: `${deployments}/web/scale`, body });
  await answer.body[Symbol.asyncIterator]().return?.();
  assert.equal(answer.status, 200);
  const scaled = await ok('GET', `${deployments}/web`);
  assert.deepEqual([scaled['spec'].replicas, scaled.metadata.generation], [4, 2]);
});
