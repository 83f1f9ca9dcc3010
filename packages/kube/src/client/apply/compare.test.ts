import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { AnyObject, JsonObject, OwnerReference } from '../../objects/meta.ts';
import { compareApplied, needsApply } from './compare.ts';

const owned: JsonObject = {
  'f:metadata': { 'f:labels': { 'f:app': {} }, 'f:ownerReferences': { 'k:{"uid":"u1"}': {} } },
  'f:spec': {
    'f:replicas': {},
    'f:selector': {},
    'f:template': {
      'f:spec': {
        'f:containers': {
          'k:{"name":"main"}': {
            '.': {},
            'f:name': {},
            'f:args': {},
            'f:image': {},
            'f:resources': { 'f:limits': { 'f:cpu': {} } },
            'f:ports': { 'k:{"containerPort":8080,"protocol":"TCP"}': { '.': {}, 'f:containerPort': {} } },
          },
        },
        'f:volumes': { 'k:{"name":"tmp"}': { '.': {}, 'f:name': {}, 'f:emptyDir': {} } },
      },
    },
  },
};

/** As rendered. */
const desired = (): AnyObject => ({
  apiVersion: 'apps/v1',
  kind: 'Deployment',
  metadata: {
    name: 'web',
    namespace: 'a',
    labels: { app: 'web' },
    ownerReferences: [reference('u1')],
    annotations: undefined,
  },
  spec: {
    replicas: 2,
    selector: { matchLabels: { app: 'web' } },
    template: {
      spec: {
        containers: [
          {
            name: 'main',
            image: 'm:1',
            args: ['--port', '8080'],
            resources: { limits: { cpu: 1 } },
            ports: [{ containerPort: 8080 }],
          },
        ],
        volumes: [{ name: 'tmp', emptyDir: {} }],
      },
    },
  },
});

/** As the server answers it: defaulted, quantities rewritten, others' fields added. */
function live(): AnyObject {
  const object = desired();
  object.metadata = {
    ...object.metadata,
    uid: 'd1',
    labels: { app: 'web', team: 'theirs' },
    annotations: { 'deployment.kubernetes.io/revision': '1' },
    managedFields: [
      { manager: 'kubectl', operation: 'Update', apiVersion: 'apps/v1', fieldsV1: { 'f:spec': {} } },
      { manager: 'serval', operation: 'Apply', apiVersion: 'apps/v1', fieldsV1: owned },
    ],
  };
  object.spec.progressDeadlineSeconds = 600;
  const [container] = object.spec.template.spec.containers;
  container.resources.limits.cpu = '1000m';
  container.ports[0].protocol = 'TCP';
  container.imagePullPolicy = 'Always';
  object.spec.template.spec.containers.unshift({ name: 'injected', image: 'sidecar' });
  object.status = { replicas: 2 };
  return object;
}

const cases: [string, string, (rendered: AnyObject, there: AnyObject) => void][] = [
  ['same', '', () => {}],
  ['differs', 'spec.replicas', (rendered) => (rendered.spec.replicas = 3)],
  ['differs', 'spec.replicas', (rendered) => (rendered.spec.replicas = undefined)],
  ['differs', 'spec.paused', (rendered) => (rendered.spec.paused = true)],
  ['differs', 'metadata.labels.app', (_, there) => (there.metadata.labels = { app: 'other' })],
  ['differs', 'metadata.annotations', (rendered) => (rendered.metadata.annotations = { a: 'b' })],
  ['same', '', (rendered) => (rendered.metadata.annotations = {})],
  ['unsure', 'spec.strategy', (rendered) => (rendered.spec.strategy = {})],
  ['differs', 'metadata.ownerReferences', (rendered) => (rendered.metadata.ownerReferences = undefined)],
  ['differs', 'metadata.ownerReferences', (rendered) => (rendered.metadata.ownerReferences = [reference('u2')])],
  ['differs', 'metadata.ownerReferences[{"uid":"u1"}]', (rendered) => (rendered.metadata.ownerReferences = [])],
  ['differs', 'spec.selector', (rendered) => (rendered.spec.selector.matchLabels.tier = 'x')],
  ['unsure', 'spec.selector', (_, there) => (there.spec.selector.matchLabels.tier = 'x')],
  ['differs', 'spec.template.spec.containers[{"name":"main"}].image', (rendered) => (main(rendered).image = 'm:2')],
  ['differs', 'spec.template.spec.containers[{"name":"main"}].args', (rendered) => main(rendered).args.push('-v')],
  ['same', '', (rendered) => (main(rendered).resources.limits.cpu = '1')],
  [
    'differs',
    'spec.template.spec.containers[{"name":"main"}].resources.limits.cpu',
    (rendered) => (main(rendered).resources.limits.cpu = '2'),
  ],
  [
    'differs',
    'spec.template.spec.containers[{"name":"main"}].ports',
    (rendered) => (main(rendered).ports[0].protocol = 'UDP'),
  ],
  [
    'differs',
    'spec.template.spec.containers',
    (rendered) => rendered.spec.template.spec.containers.push({ name: 'b' }),
  ],
  ['differs', 'spec.template.spec.volumes', (rendered) => (rendered.spec.template.spec.volumes = [])],
  ['differs', 'apiVersion', (rendered) => (rendered.apiVersion = 'apps/v2')],
  ['differs', '', (_, there) => there.metadata.managedFields?.pop()],
];

for (const [verdict, path, change] of cases) {
  test(`${verdict} ${path} after ${String(change).replace(/\s+/g, ' ')}`, () => {
    const [rendered, there] = [desired(), live()];
    change(rendered, there);
    const found = compareApplied(there, rendered, 'serval');
    assert.equal(found.verdict, verdict, JSON.stringify(found));
    if (found.verdict !== 'same') assert.ok(found.path.startsWith(path), JSON.stringify(found));
    assert.equal(needsApply(there, rendered, 'serval'), verdict !== 'same');
  });
}

test('what is not there needs to be applied', () => {
  assert.ok(needsApply(undefined, desired(), 'serval'));
});

function main(object: AnyObject): AnyObject {
  return object.spec.template.spec.containers.find(({ name }: { name: string }) => name === 'main');
}

function reference(uid: string): OwnerReference {
  return { apiVersion: 'v1', kind: 'X', name: 'x', uid };
}
