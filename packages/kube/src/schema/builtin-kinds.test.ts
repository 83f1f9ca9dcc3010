import assert from 'node:assert/strict';
import { test } from 'node:test';
import {
  builtinDefinition,
  builtinKind,
  builtinKinds,
  builtinOpenApi,
  builtinSchema,
  builtinTable,
} from './builtin-kinds.ts';
import { applyDefaults } from './defaults.ts';
import { pruneUnknown } from './prune.ts';
import { validateSchema } from './validate.ts';

const deployment = builtinSchema('apps', 'v1', 'Deployment')!;
const minimal = () => ({
  apiVersion: 'apps/v1',
  kind: 'Deployment',
  metadata: { name: 'web', creationTimestamp: null },
  spec: {
    selector: { matchLabels: { app: 'web' } },
    template: {
      metadata: { labels: { app: 'web' }, creationTimestamp: null },
      spec: {
        containers: [
          {
            name: 'a',
            image: 'b',
            ports: [{ containerPort: 80 }],
            env: [
              { name: 'A', value: '1' },
              { name: 'A', value: '2' },
            ],
            resources: { limits: { cpu: 0.5, memory: '1Gi' } },
            livenessProbe: { httpGet: { port: 'http' } },
          },
        ],
        volumes: [{ name: 'v', emptyDir: {} }],
      },
    },
  },
});

test('the table has the kinds that the engine stores, with their scope', () => {
  assert.equal(builtinKind('', 'v1', 'Pod')?.namespaced, true);
  assert.equal(builtinKind('', 'v1', 'Node')?.namespaced, false);
  assert.equal(builtinKind('rbac.authorization.k8s.io', 'v1', 'ClusterRole')?.namespaced, false);
  assert.equal(builtinKind('apiextensions.k8s.io', 'v1', 'CustomResourceDefinition')?.namespaced, false);
  assert.equal(builtinKind('autoscaling', 'v2', 'HorizontalPodAutoscaler')?.namespaced, true);
  assert.equal(builtinSchema('apps', 'v1', 'Nope'), undefined);
  assert.ok(builtinKinds().length > 60);
});

test('every definition of the table can be built', () => {
  for (const name of Object.keys(builtinTable().definitions)) assert.ok(builtinDefinition(name), name);
});

test('lists, merge keys, atomic maps, defaults and enums come along', () => {
  const ports = builtinDefinition('core/v1.ServiceSpec')?.properties?.['ports'];
  assert.deepEqual(ports?.['x-kubernetes-list-map-keys'], ['port', 'protocol']);
  assert.equal(ports?.['x-kubernetes-list-type'], 'map');
  assert.equal(ports?.['x-kubernetes-patch-merge-key'], 'port');
  assert.equal(ports?.items?.properties?.['protocol']?.default, 'TCP');
  assert.equal(builtinDefinition('core/v1.ServiceSpec')?.properties?.['selector']?.['x-kubernetes-map-type'], 'atomic');
  assert.deepEqual(ports?.items?.required, ['port']);
  const container = builtinDefinition('core/v1.Container');
  assert.deepEqual(container?.properties?.['imagePullPolicy']?.enum, ['Always', 'IfNotPresent', 'Never']);
  // Fields of an inlined struct stand in the object itself.
  assert.ok(builtinDefinition('core/v1.Volume')?.properties?.['emptyDir']);
});

test('a usual Deployment is valid, defaulted and unpruned', () => {
  const object = minimal();
  assert.deepEqual(pruneUnknown(deployment, object).unknownPaths, []);
  const defaulted = applyDefaults(deployment, object);
  assert.equal('creationTimestamp' in defaulted.spec.template.metadata, false);
  assert.deepEqual(defaulted.spec.template.spec.containers[0]?.ports, [{ containerPort: 80, protocol: 'TCP' }]);
  assert.deepEqual(validateSchema(deployment, defaulted, { builtIn: true }), []);
});

test('mistakes in a Deployment are named', () => {
  const object = minimal();
  object.spec.template.spec.containers[0]!.resources.limits.memory = '1GB';
  const wrong = { ...object, spec: { ...object.spec, replicas: '2', selector: undefined, replica: 1 } };
  assert.deepEqual(pruneUnknown(deployment, wrong).unknownPaths, ['spec.replica']);
  assert.deepEqual(
    validateSchema(deployment, applyDefaults(deployment, wrong), { builtIn: true }).map(({ path }) => path),
    ['spec.selector', 'spec.template.spec.containers[0].resources.limits[memory]', 'spec.replicas'].map((path) =>
      path.replace('[memory]', '.memory'),
    ),
  );
});

test('what Go cannot tell from an absent field passes: an empty enum, gaps in status', () => {
  const object = { ...minimal(), status: { conditions: [{ type: 'Available' }] } };
  Object.assign(object.spec.template.spec, { restartPolicy: '', dnsPolicy: 'Wrong' });
  const check = (builtIn: boolean) =>
    validateSchema(deployment, applyDefaults(deployment, object), { builtIn }).map(({ path }) => path);
  assert.deepEqual(check(true), ['spec.template.spec.dnsPolicy']);
  assert.ok(check(false).includes('status.conditions[0].status'));
});

test('a schema that contains itself works, and its OpenAPI form is free of cycles', () => {
  const crd = builtinSchema('apiextensions.k8s.io', 'v1', 'CustomResourceDefinition')!;
  const deep = {
    type: 'object',
    properties: { a: { type: 'object', properties: { b: { type: 'string', wrong: 1 } } } },
  };
  const object = { spec: { versions: [{ name: 'v1', schema: { openAPIV3Schema: deep } }] } };
  assert.deepEqual(pruneUnknown(crd, object).unknownPaths, [
    'spec.versions[0].schema.openAPIV3Schema.properties.a.properties.b.wrong',
  ]);
  const document = builtinOpenApi(['apiextensions/v1.CustomResourceDefinition'], '#/components/schemas/');
  assert.ok(JSON.stringify(document).length > 1000);
  assert.ok(document['io.k8s.apimachinery.pkg.apis.meta.v1.ObjectMeta']);
});
