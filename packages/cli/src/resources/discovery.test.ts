import assert from 'node:assert/strict';
import { test } from 'node:test';
import { type DiscoveredResource, findResource, resourceOfObject } from './discovery.ts';
import { parseTargets } from './targets.ts';

const kind = (
  group: string,
  version: string,
  plural: string,
  singular: string,
  name: string,
  shortNames: string[] = [],
) =>
  ({
    group,
    version,
    plural,
    singular,
    kind: name,
    namespaced: true,
    shortNames,
    categories: [],
    verbs: [],
  }) satisfies DiscoveredResource;
const resources = [
  kind('', 'v1', 'pods', 'pod', 'Pod', ['po']),
  kind('', 'v1', 'events', 'event', 'Event'),
  kind('apps', 'v1', 'deployments', 'deployment', 'Deployment', ['deploy']),
  kind('events.k8s.io', 'v1', 'events', 'event', 'Event'),
  kind('serving.kserve.io', 'v1beta1', 'inferenceservices', 'inferenceservice', 'InferenceService', ['isvc']),
];

test('a kind is found by every name it has', () => {
  for (const word of [
    'isvc',
    'inferenceservice',
    'InferenceServices',
    'isvc.serving.kserve.io',
    'isvc.v1beta1.serving.kserve.io',
    'isvc.serving',
  ])
    assert.equal(findResource(resources, word).plural, 'inferenceservices', word);
  assert.equal(findResource(resources, 'events').group, '');
  assert.equal(findResource(resources, 'events.events.k8s.io').group, 'events.k8s.io');
  assert.throws(() => findResource(resources, 'gizmo'), /no resource type "gizmo"/);
});

test('targets are written as kubectl takes them', () => {
  const names = (...args: string[]) =>
    parseTargets(resources, args).map(({ resource, names }) => [resource.plural, ...names]);
  assert.deepEqual(names('isvc'), [['inferenceservices']]);
  assert.deepEqual(names('isvc', 'a', 'b'), [['inferenceservices', 'a', 'b']]);
  assert.deepEqual(names('isvc/a', 'pod/b'), [
    ['inferenceservices', 'a'],
    ['pods', 'b'],
  ]);
  assert.deepEqual(names('isvc,po'), [['inferenceservices'], ['pods']]);
  assert.throws(() => names('isvc,po', 'a'), /cannot follow several kinds/);
  assert.throws(() => names('isvc/'), /expected KIND\/NAME/);
});

test('an unknown manifest is told with the versions that are served', () => {
  const object = { apiVersion: 'serving.kserve.io/v1', kind: 'InferenceService', metadata: {} };
  assert.throws(() => resourceOfObject(resources, object, 'x.yaml'), {
    code: 'UnknownKind',
    hint: /serving\.kserve\.io\/v1beta1/,
  });
});
