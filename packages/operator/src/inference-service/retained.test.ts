import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { Child } from '@serval/kube/client';
import type { Deployment, HttpRoute, KubeObject, ManagedFieldsEntry, Pod } from '@serval/kube/objects';
import { childOf } from './children.ts';
import { withoutRetained } from './retained.ts';

/** What the operator applied, as the cache has it. */
const applied = (fieldsV1: Record<string, object>, apiVersion: string): ManagedFieldsEntry[] => [
  { manager: 'serval', operation: 'Apply', apiVersion, fieldsV1: fieldsV1 as never },
];

function deployment(name: string, component: string, host = 'iris-predictor', rolledOut = true): Deployment {
  return {
    apiVersion: 'apps/v1',
    kind: 'Deployment',
    metadata: {
      name,
      generation: 2,
      labels: { component, app: `isvc.${name}` },
      managedFields: applied(
        {
          'f:metadata': { 'f:labels': { 'f:component': {}, 'f:app': {} } },
          'f:spec': { 'f:template': { 'f:spec': { 'f:hostname': {} } } },
        },
        'apps/v1',
      ),
    },
    spec: { template: { spec: { hostname: host } } } as unknown as Deployment['spec'],
    status: { observedGeneration: rolledOut ? 2 : 1, replicas: 1, updatedReplicas: 1, availableReplicas: 1 },
  };
}

function route(backend: string, observedGeneration: number | undefined): HttpRoute {
  const rules = [{ backendRefs: [{ name: backend }] }];
  const condition = { type: 'Accepted', status: 'True', observedGeneration } as const;
  return {
    apiVersion: 'gateway.networking.k8s.io/v1',
    kind: 'HTTPRoute',
    metadata: {
      name: 'iris',
      generation: 3,
      managedFields: applied({ 'f:spec': { 'f:rules': {} } }, 'gateway.networking.k8s.io/v1'),
    },
    spec: { rules },
    status: {
      parents: [{ parentRef: { name: 'g' }, controllerName: 'c', conditions: [condition as never] }],
    },
  };
}

const pod = (component: string, app: string): Pod => ({
  apiVersion: 'v1',
  kind: 'Pod',
  metadata: { name: app, labels: { component, app: `isvc.${app}` } },
  spec: { containers: [] },
});

const children = (...objects: KubeObject[]): Child[] => objects.map(childOf);
const names = (found: readonly Child[]) => found.map(({ object }) => `${object.kind} ${object.metadata.name}`);
const old = deployment('iris-v1-predictor', 'predictor');
const stable = deployment('iris-predictor', 'predictor');
/** Whether the old predictor goes. */
const goes = (desired: Child[], live: Child[], pods: Pod[] = []) =>
  names(withoutRetained(desired, live, pods)).includes('Deployment iris-v1-predictor');

test('what routes lead to stays until the gateway has taken up other routes', () => {
  const desired = children(stable, route('iris-predictor', undefined));
  assert.equal(
    goes(desired, children(stable, old, route('iris-v1-predictor', 3))),
    false,
    'the cache has the old route',
  );
  assert.equal(
    goes(desired, children(stable, old, route('iris-predictor', 2))),
    false,
    'the gateway has the old route',
  );
  assert.equal(goes(desired, children(stable, old, route('iris-predictor', 3))), true);
  assert.equal(goes(desired, children(stable, old, route('iris-predictor', undefined))), true, 'no generation is told');
  assert.equal(goes(desired, children(stable, old)), true, 'there was no route');
});

test('routes that are to go are not kept', () => {
  const live = children(stable, old, route('iris-v1-predictor', 3));
  assert.ok(names(withoutRetained(children(stable), live, [])).includes('HTTPRoute iris'));
  assert.equal(goes(children(stable), live), true);
});

test('a predictor stays while a transformer may still ask it', () => {
  const transformer = deployment('iris-transformer', 'transformer');
  const moved = route('iris-transformer', 3);
  const desired = children(stable, transformer, moved);
  const asking = deployment('iris-transformer', 'transformer', 'iris-v1-predictor');
  const rolling = deployment('iris-transformer', 'transformer', 'iris-predictor', false);
  assert.equal(goes(desired, children(stable, old, asking, moved)), false, 'the cache has the old transformer');
  assert.equal(goes(desired, children(stable, old, rolling, moved)), false, 'old transformers still run');
  assert.equal(goes(desired, children(stable, old, transformer, moved)), true);
  const leaving = [pod('transformer', 'iris-v1-transformer')];
  assert.equal(goes(desired, children(stable, old, transformer, moved), leaving), false, 'a transformer is ending');
  const staying = [pod('transformer', 'iris-transformer'), pod('predictor', 'iris-v1-predictor')];
  assert.equal(goes(desired, children(stable, old, transformer, moved), staying), true);
});

test('transformers go first', () => {
  const moved = route('iris-predictor', 3);
  const transformer = deployment('iris-transformer', 'transformer');
  const live = children(stable, old, transformer, moved);
  const found = names(withoutRetained(children(stable, moved), live, [pod('transformer', 'iris-transformer')]));
  assert.deepEqual(found, ['Deployment iris-predictor', 'Deployment iris-transformer', 'HTTPRoute iris']);
});
