import assert from 'node:assert/strict';
import { test } from 'node:test';
import { type AnyObject, isStatusError, type ManagedFieldsEntry, type StatusError } from '@serval/kube/objects';
import { builtinSchema } from '@serval/kube/schema';
import { type ApplyInput, applyServerSide } from './apply.ts';
import { trackUpdate } from './track-update.ts';

const schema = builtinSchema('apps', 'v1', 'Deployment');
const t1 = '2026-01-01T00:00:00Z';
const t2 = '2026-01-02T00:00:00Z';

function deployment(spec: object, metadata: object = {}): AnyObject {
  return {
    apiVersion: 'apps/v1',
    kind: 'Deployment',
    metadata: { name: 'web', namespace: 'default', ...metadata },
    spec,
  };
}
function apply(live: AnyObject | undefined, applied: AnyObject, options: Partial<ApplyInput> = {}): AnyObject {
  const input = { manager: 'me', apiVersion: 'apps/v1', schema, force: false, now: t1, ...options };
  return applyServerSide({ live, applied, ...input }).object;
}
function update(old: AnyObject | undefined, next: AnyObject, manager = 'other', options: object = {}): AnyObject {
  const managedFields = trackUpdate({ old, new: next, manager, apiVersion: 'apps/v1', schema, now: t1, ...options });
  const { managedFields: _, ...metadata } = next.metadata;
  return { ...next, metadata: { ...metadata, ...(managedFields ? { managedFields } : {}) } };
}
function fieldsOf(object: AnyObject, manager: string): unknown {
  return object.metadata.managedFields?.find((entry) => entry.manager === manager)?.fieldsV1;
}
function conflict(run: () => unknown): StatusError {
  try {
    run();
  } catch (error) {
    if (isStatusError(error, 'Conflict')) return error;
    throw error;
  }
  assert.fail('expected a conflict');
}
const container = (more: object) => ({ template: { spec: { containers: [{ name: 'web', ...more }] } } });

test('the first apply creates, and owns what it says and nothing else', () => {
  const object = apply(
    undefined,
    deployment(
      { replicas: 1, ...container({ image: 'a', ports: [{ containerPort: 80 }] }) },
      { labels: { app: 'web' } },
    ),
  );
  assert.deepEqual(object.metadata.managedFields, [
    {
      manager: 'me',
      operation: 'Apply',
      apiVersion: 'apps/v1',
      time: t1,
      fieldsType: 'FieldsV1',
      fieldsV1: {
        'f:metadata': { 'f:labels': { 'f:app': {} } },
        'f:spec': {
          'f:replicas': {},
          'f:template': {
            'f:spec': {
              'f:containers': {
                'k:{"name":"web"}': {
                  '.': {},
                  'f:image': {},
                  'f:name': {},
                  'f:ports': {
                    'k:{"containerPort":80,"protocol":"TCP"}': { '.': {}, 'f:containerPort': {} },
                  },
                },
              },
            },
          },
        },
      },
    },
  ] satisfies ManagedFieldsEntry[]);
});

test('the same apply again changes nothing, not even a time', () => {
  const config = deployment({ replicas: 1, ...container({ image: 'a' }) });
  const once = apply(undefined, config);
  assert.deepEqual(apply(once, config, { now: t2 }), once);
});

test('a changed value of another manager is a conflict that names field and manager', () => {
  const live = update(
    undefined,
    deployment({ replicas: 1, ...container({ image: 'a' }) }),
    'kubectl-client-side-apply',
  );
  const error = conflict(() => apply(live, deployment({ replicas: 2 })));
  assert.equal(
    error.message,
    'Apply failed with 1 conflict: conflict with "kubectl-client-side-apply" using apps/v1: .spec.replicas',
  );
  assert.equal(error.code, 409);
  assert.deepEqual(error.details?.causes, [
    {
      reason: 'FieldManagerConflict',
      message: 'conflict with "kubectl-client-side-apply" using apps/v1',
      field: '.spec.replicas',
    },
  ]);
  const both = conflict(() => apply(live, deployment({ replicas: 2, ...container({ image: 'b' }) })));
  assert.equal(
    both.message,
    'Apply failed with 2 conflicts: conflicts with "kubectl-client-side-apply" using apps/v1:\n- .spec.replicas\n- .spec.template.spec.containers[name="web"].image',
  );
});

test('the same value may be owned by two, and stays when one of them lets go', () => {
  const first = apply(undefined, deployment({ replicas: 1 }), { manager: 'a' });
  const shared = apply(first, deployment({ replicas: 1 }), { manager: 'b' });
  assert.deepEqual(fieldsOf(shared, 'a'), fieldsOf(shared, 'b'));
  const left = apply(shared, deployment({}), { manager: 'a' });
  assert.equal(left['spec'].replicas, 1);
  assert.equal(fieldsOf(left, 'a') === undefined || !('f:replicas' in (fieldsOf(left, 'a') as object)), true);
  const gone = apply(left, deployment({}), { manager: 'b' });
  assert.equal('replicas' in gone['spec'], false);
});

test('force takes a field over', () => {
  const live = update(undefined, deployment({ replicas: 1, paused: true }), 'other');
  const object = apply(live, deployment({ replicas: 2 }), { force: true });
  assert.equal(object['spec'].replicas, 2);
  assert.deepEqual(fieldsOf(object, 'me'), { 'f:spec': { 'f:replicas': {} } });
  assert.deepEqual(fieldsOf(object, 'other'), { 'f:spec': { '.': {}, 'f:paused': {} } });
});

test('what is no longer applied goes: fields, list items, map entries', () => {
  const two = deployment(
    {
      ...container({
        image: 'a',
        env: [
          { name: 'A', value: '1' },
          { name: 'B', value: '2' },
        ],
      }),
    },
    { labels: { a: '1', b: '2' } },
  );
  const one = deployment({ ...container({ image: 'a', env: [{ name: 'B', value: '2' }] }) }, { labels: { b: '2' } });
  const object = apply(apply(undefined, two), one, { now: t2 });
  assert.deepEqual(object['spec'], one['spec']);
  assert.deepEqual(object.metadata.labels, { b: '2' });
  assert.equal(object.metadata.managedFields?.[0]?.time, t2);
});

test('an item stays while somebody applies it, and goes with what others only changed inside', () => {
  const live = apply(undefined, deployment(container({ image: 'a' })));
  const applied = apply(live, deployment(container({ tty: true })), { manager: 'other' });
  const stays = apply(applied, deployment({ template: { spec: {} } }));
  assert.deepEqual(stays['spec'].template.spec, { containers: [{ name: 'web', tty: true }] });
  const touched = structuredClone(live);
  touched['spec'].template.spec.containers[0].tty = true;
  const goes = apply(update(live, touched, 'other'), deployment({ template: { spec: {} } }));
  assert.deepEqual(goes['spec'], { template: { spec: {} } });
  assert.equal(fieldsOf(goes, 'other'), undefined);
});

test('a value that nobody owns, such as a default, stays inside a kept item', () => {
  const live = apply(undefined, deployment(container({ image: 'a', ports: [{ containerPort: 80, name: 'http' }] })));
  live['spec'].template.spec.containers[0].ports[0].protocol = 'TCP';
  const object = apply(live, deployment(container({ image: 'a', ports: [{ containerPort: 80 }] })));
  assert.deepEqual(object['spec'].template.spec.containers[0].ports, [{ containerPort: 80, protocol: 'TCP' }]);
});

test('applied items take their order, items of others keep their place', () => {
  const env = (...names: string[]) => deployment(container({ env: names.map((name) => ({ name, value: name })) }));
  const namesOf = (object: AnyObject) =>
    object['spec'].template.spec.containers[0].env.map(({ name }: { name: string }) => name).join('');
  const live = update(undefined, env('A', 'B', 'C'));
  assert.equal(namesOf(apply(live, env('C', 'A'))), 'BCA');
  assert.equal(namesOf(apply(live, env('X', 'B'))), 'AXBC');
  assert.equal(namesOf(apply(live, env('X'))), 'ABCX');
});

test('an atomic map is owned as one', () => {
  const service = builtinSchema('', 'v1', 'Service');
  const make = (selector: object): AnyObject => ({
    apiVersion: 'v1',
    kind: 'Service',
    metadata: { name: 's' },
    spec: { selector },
  });
  const options = { schema: service, apiVersion: 'v1' };
  const live = apply(undefined, make({ a: '1', b: '2' }), options);
  assert.deepEqual(fieldsOf(live, 'me'), { 'f:spec': { 'f:selector': {} } });
  assert.deepEqual(apply(live, make({ b: '2' }), options)['spec'], { selector: { b: '2' } });
  assert.throws(() => apply(live, make({ c: '3' }), { ...options, manager: 'other' }), /\.spec\.selector/);
});

test('without a schema, maps merge by field and lists are one value', () => {
  const make = (spec: object): AnyObject => ({ apiVersion: 'v1', kind: 'X', metadata: { name: 'x' }, spec });
  const options = { schema: undefined, apiVersion: 'v1' };
  const live = apply(undefined, make({ a: { b: 1, c: 2 }, l: [1, 2] }), options);
  assert.deepEqual(apply(live, make({ a: { b: 1 }, l: [3] }), options)['spec'], { a: { b: 1 }, l: [3] });
  const shared = apply(live, make({ a: { d: 1 } }), { ...options, manager: 'other' });
  assert.deepEqual(shared['spec'], { a: { b: 1, c: 2, d: 1 }, l: [1, 2] });
});

test('status is nobody’s through the main endpoint, spec nobody’s through /status', () => {
  const live = apply(undefined, { ...deployment({ replicas: 1 }), status: { replicas: 5 } });
  assert.equal('status' in live, false);
  const status = apply(
    live,
    { ...deployment({ replicas: 7 }), status: { replicas: 1 } },
    { subresource: 'status', manager: 's' },
  );
  assert.equal(status['spec'].replicas, 1);
  assert.deepEqual(status['status'], { replicas: 1 });
  assert.deepEqual(
    status.metadata.managedFields?.map(({ manager, subresource }) => [manager, subresource]),
    [
      ['me', undefined],
      ['s', 'status'],
    ],
  );
});

test('an update takes what it changes, and a no-op update keeps the time', () => {
  const live = apply(undefined, deployment({ replicas: 1, paused: false }));
  const scaled = update(live, { ...live, spec: { ...live['spec'], replicas: 3 } }, 'hpa', {
    now: t2,
    subresource: 'scale',
  });
  assert.deepEqual(fieldsOf(scaled, 'hpa'), { 'f:spec': { 'f:replicas': {} } });
  assert.deepEqual(fieldsOf(scaled, 'me'), { 'f:spec': { 'f:paused': {} } });
  assert.deepEqual(update(scaled, scaled, 'hpa', { now: '2027-01-01T00:00:00Z' }), scaled);
});

test('managers with nothing left go', () => {
  const live = update(undefined, deployment({ replicas: 1 }), 'first');
  const next = update(live, { ...live, spec: {} }, 'second');
  assert.deepEqual(next.metadata.managedFields?.map(({ manager }) => manager).includes('first'), true);
  const { spec: _, ...bare } = next;
  assert.equal(update(next, bare as AnyObject, 'second').metadata.managedFields, undefined);
});

test('server-side kubectl takes over what client-side kubectl applied', () => {
  const config = deployment({ replicas: 1, ...container({ image: 'a' }) });
  const annotation = 'kubectl.kubernetes.io/last-applied-configuration';
  const created = {
    ...config,
    metadata: { ...config.metadata, annotations: { [annotation]: JSON.stringify(config) } },
  };
  const live = update(undefined, created, 'kubectl-client-side-apply');
  const changed = deployment({ replicas: 2, ...container({ image: 'b' }) });
  assert.throws(() => apply(live, changed), /2 conflicts/);
  const object = apply(live, changed, { manager: 'kubectl' });
  assert.equal(object['spec'].replicas, 2);
  assert.deepEqual(JSON.parse(object.metadata.annotations?.[annotation] ?? ''), changed);
  const scaled = update(live, { ...live, spec: { ...live['spec'], replicas: 9 } }, 'hpa');
  assert.equal(
    conflict(() => apply(scaled, changed, { manager: 'kubectl' })).details?.causes?.[0]?.field,
    '.spec.replicas',
  );
});

test('an untracked object gets a manager for what it had before', () => {
  const object = apply(deployment({ replicas: 1, paused: true }), deployment({ replicas: 1 }));
  assert.deepEqual(fieldsOf(object, 'before-first-apply'), { 'f:spec': { '.': {}, 'f:paused': {}, 'f:replicas': {} } });
  assert.equal(update(deployment({}), deployment({ replicas: 1 })).metadata.managedFields, undefined);
});

test('bad configurations are refused', () => {
  const bad: [AnyObject, RegExp][] = [
    [{ ...deployment({}), apiVersion: 'apps/v1beta1' }, /expected: apps\/v1/],
    [deployment({}, { managedFields: [] }), /managedFields must be nil/],
    [deployment({ template: { spec: { containers: [{ image: 'a' }] } } }), /element 0 lacks the key field name/],
    [
      deployment({ template: { spec: { containers: [{ name: 'a' }, { name: 'a' }] } } }),
      /duplicate entries for key \[name="a"\]/,
    ],
  ];
  for (const [config, message] of bad) assert.throws(() => apply(undefined, config), message);
});

test('many updaters are folded into one', () => {
  let object = deployment({}, { labels: {} });
  for (let i = 0; i < 14; i += 1) {
    const labels = { ...object.metadata.labels, [`l${i}`]: 'x' };
    const next = { ...object, metadata: { ...object.metadata, labels } };
    object = update(i === 0 ? undefined : object, next, `m${i}`, {
      now: `2026-01-01T00:00:${String(i).padStart(2, '0')}Z`,
    });
  }
  const managers = object.metadata.managedFields?.map(({ manager }) => manager);
  assert.equal(managers?.length, 10);
  assert.ok(managers?.includes('ancient-changes') && managers.includes('m13'));
});
