import assert from 'node:assert/strict';
import { test } from 'node:test';
import { findCondition, type Gateway, type HttpRoute, type RouteParentStatus } from '@serval/kube/objects';
import { compileRoutes } from '../routes/compile.ts';
import type { GatewayModel } from '../routes/model.ts';
import { controllerName, gateway, gatewayClass, model, route, service } from '../testing/objects.ts';
import { statusChanges } from './write-status.ts';

const now = '2026-03-01T00:00:00Z';
const later = '2026-03-02T00:00:00Z';

function changes(parts: Partial<GatewayModel>, at = now) {
  return changesOf(model(parts), at);
}

function changesOf(whole: GatewayModel, at = now) {
  return statusChanges(whole, compileRoutes(whole), '127.0.0.1', at);
}

/** The model after its statuses have been written. */
function settle(parts: Partial<GatewayModel>): GatewayModel {
  const whole = model(parts);
  const writes = changesOf(whole);
  const written = <T extends { metadata: object }>(object: T): T => {
    const write = writes.find((w) => (w.object as unknown) === object);
    return write ? { ...object, status: write.status } : object;
  };
  return {
    ...whole,
    classes: whole.classes.map(written),
    gateways: whole.gateways.map(written),
    routes: whole.routes.map(written),
  };
}

test('what is settled is not written again, however much later', () => {
  const parts = {
    services: [service('iris')],
    routes: [route('r', [{ backendRefs: [{ name: 'iris', port: 80 }] }])],
  };
  assert.deepEqual(
    changes(parts).map(({ resource }) => resource.kind),
    ['GatewayClass', 'Gateway', 'HTTPRoute'],
  );
  assert.deepEqual(changes(settle(parts), later), []);
});

test('a Gateway tells its address, its routes and what is wrong with its listeners', () => {
  const settled = settle({ gateways: [gateway([{ name: 'a' }, { name: 'b', port: 81 }])], routes: [route('r', [{}])] });
  const { status } = settled.gateways[0] as Gateway;
  assert.deepEqual(status?.addresses, [{ type: 'IPAddress', value: '127.0.0.1' }]);
  assert.equal(findCondition(status?.conditions, 'Accepted')?.status, 'True');
  assert.equal(findCondition(status?.conditions, 'Accepted')?.reason, 'ListenersNotValid');
  assert.equal(findCondition(status?.conditions, 'Programmed')?.status, 'True');
  assert.deepEqual(
    status?.listeners?.map(({ name, attachedRoutes, conditions }) => [
      name,
      attachedRoutes,
      findCondition(conditions, 'Accepted')?.reason,
      findCondition(conditions, 'Programmed')?.status,
    ]),
    [
      ['a', 1, 'Accepted', 'True'],
      ['b', 0, 'PortUnavailable', 'False'],
    ],
  );
  const none = settle({ gateways: [gateway([{ port: 81 }])] }).gateways[0] as Gateway;
  assert.equal(findCondition(none.status?.conditions, 'Accepted')?.status, 'False');
});

test('only our entries of a route change, and times move with the status only', () => {
  const other: RouteParentStatus = {
    parentRef: { name: 'gw', namespace: 'infra' },
    controllerName: 'example.com/other',
    conditions: [{ type: 'Accepted', status: 'False', reason: 'Busy', lastTransitionTime: now }],
  };
  const stale: RouteParentStatus = { ...other, parentRef: { name: 'left' }, controllerName };
  const missing: HttpRoute = {
    ...route('r', [{ backendRefs: [{ name: 'iris', port: 80 }] }]),
    status: { parents: [stale, other] },
  };
  const before = settle({ routes: [missing] });
  const [first, ours, ...rest] = before.routes[0]?.status?.parents ?? [];
  assert.deepEqual(first, other);
  assert.deepEqual(rest, []);
  assert.equal(findCondition(ours?.conditions, 'ResolvedRefs')?.reason, 'BackendNotFound');

  const changed = changes({ ...before, services: [service('iris')] }, later).find(
    (w) => w.resource.kind === 'HTTPRoute',
  );
  const { parents } = changed!.status as NonNullable<HttpRoute['status']>;
  assert.equal(findCondition(parents[1]?.conditions, 'ResolvedRefs')?.lastTransitionTime, later);
  assert.equal(findCondition(parents[1]?.conditions, 'Accepted')?.lastTransitionTime, now);
});

test('objects of others are left alone', () => {
  const foreign = { ...gatewayClass, spec: { controllerName: 'example.com/other' } };
  assert.deepEqual(changes({ classes: [foreign], routes: [route('r', [{}])] }), []);
});
