import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { HttpRoute, HttpRouteRule } from '@serval/kube/objects';
import { defaultServingConfig } from '../config/serving-config.ts';
import { fitObjects } from './fit-objects.ts';
import { ingressOf } from './ingress.ts';
import { describedCapabilities } from './testing.ts';

const kong = 'konghq.com/kic-gateway-controller';

function routeOf(...rules: HttpRouteRule[]): HttpRoute {
  return {
    apiVersion: 'gateway.networking.k8s.io/v1',
    kind: 'HTTPRoute',
    metadata: { namespace: 'default', name: 'iris' },
    spec: { hostnames: ['iris.example.com'], rules },
  };
}

const timed = (request: string, ...names: string[]): HttpRouteRule => ({
  matches: [{ path: { type: 'PathPrefix', value: '/' } }],
  backendRefs: names.map((name) => ({ name, port: 80 })),
  timeouts: { request },
});

test('Kong has one timeout per route: the longest, and the others are told', () => {
  const route = routeOf(timed('30s', 'explainer'), timed('1m30s', 'predictor'));
  const { objects, losses } = fitObjects([route], describedCapabilities({ controller: kong }));
  const rules = (objects[0] as HttpRoute).spec.rules ?? [];
  assert.deepEqual(
    rules.map(({ timeouts }) => timeouts),
    [{ backendRequest: '1m30s' }, { backendRequest: '1m30s' }],
  );
  assert.deepEqual(losses, [
    {
      what: 'HTTPRoute iris: timeouts.request 30s',
      why: 'Kong Ingress Controller has one timeout per route, which is 1m30s',
    },
  ]);
});

test('a Service that several routes lead to gets the longest of their timeouts, but for one that a person wrote', () => {
  const service = (name: string, annotations = {}) => ({
    apiVersion: 'v1',
    kind: 'Service',
    metadata: { namespace: 'default', name, annotations },
  });
  const objects = [
    service('predictor'),
    service('own', { 'konghq.com/read-timeout': '5' }),
    service('other'),
    routeOf(timed('500ms', 'predictor', 'own'), timed('1h', 'predictor')),
  ];
  const old = describedCapabilities({ controller: kong, version: '3.1' });
  const annotations = fitObjects(objects, old).objects.map(({ metadata }) => metadata.annotations);
  assert.deepEqual(annotations.slice(0, 3), [
    { 'konghq.com/read-timeout': '3600000' },
    { 'konghq.com/read-timeout': '5' },
    {},
  ]);
});

test('any other field that the definitions lack is taken out and told', () => {
  const route = routeOf({ name: 'main', backendRefs: [{ name: 'predictor', port: 80 }] });
  const capabilities = describedCapabilities({ controller: kong, lacks: ['HTTPRoute.spec.rules.name'] });
  const { objects, losses } = fitObjects([route], capabilities);
  assert.deepEqual((objects[0] as HttpRoute).spec.rules, [{ backendRefs: [{ name: 'predictor', port: 80 }] }]);
  assert.deepEqual(
    losses.map(({ what }) => what),
    ['HTTPRoute iris: spec.rules[0].name'],
  );
});

test('an Ingress has the paths of all rules, each to one backend', () => {
  const predict: HttpRouteRule = {
    matches: [{ path: { type: 'PathPrefix', value: '/' } }],
    backendRefs: [{ name: 'iris-predictor', port: 80 }],
  };
  const explain: HttpRouteRule = {
    matches: [{ path: { type: 'Exact', value: '/v1/models/iris:explain' } }],
    backendRefs: [{ name: 'iris-explainer', port: 80 }],
  };
  const ingress = ingressOf([routeOf(explain, predict)], 'iris', defaultServingConfig, []);
  const backend = (name: string) => ({ service: { name, port: { number: 80 } } });
  assert.deepEqual(ingress.spec.rules, [
    {
      host: 'iris.example.com',
      http: {
        paths: [
          { path: '/v1/models/iris:explain', pathType: 'Exact', backend: backend('iris-explainer') },
          { path: '/', pathType: 'Prefix', backend: backend('iris-predictor') },
        ],
      },
    },
  ]);
});
