import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { HttpRoute, HttpRouteRule, Namespace, ReferenceGrant } from '@serval/kube/objects';
import { gateway, model, route, service } from '../testing/objects.ts';
import { compileRoutes } from './compile.ts';
import type { GatewayModel } from './model.ts';

function verdictOf(parts: Partial<GatewayModel>, name = 'r') {
  const compiled = compileRoutes(model(parts)).routes.get(`default/${name}`);
  const [attachment] = compiled?.attachments ?? [];
  return {
    accepted: attachment?.accepted.reason,
    refs: compiled?.resolvedRefs.reason,
    bindings: attachment?.bindings.length,
  };
}

test('a route is accepted by the listeners that allow it', () => {
  const labelled: Namespace = {
    apiVersion: 'v1',
    kind: 'Namespace',
    metadata: { name: 'default', labels: { team: 'ml' } },
  };
  const from = (value: 'Same' | 'None' | 'All' | 'Selector', team?: string) => [
    gateway([
      {
        allowedRoutes: {
          namespaces: { from: value, ...(team ? { selector: { matchLabels: { team } } } : {}) },
        },
      },
    ]),
  ];
  const parent = (more: object): HttpRoute[] => [
    route('r', [{}], { parentRefs: [{ name: 'gw', namespace: 'infra', ...more }], hostnames: ['a.example.com'] }),
  ];
  const cases: [string, Partial<GatewayModel>, string | undefined][] = [
    ['all', { routes: parent({}), gateways: from('All') }, 'Accepted'],
    ['same', { routes: parent({}), gateways: from('Same') }, 'NotAllowedByListeners'],
    ['none', { routes: parent({}), gateways: from('None') }, 'NotAllowedByListeners'],
    ['selector', { routes: parent({}), gateways: from('Selector', 'ml'), namespaces: [labelled] }, 'Accepted'],
    [
      'other selector',
      { routes: parent({}), gateways: from('Selector', 'web'), namespaces: [labelled] },
      'NotAllowedByListeners',
    ],
    ['no such section', { routes: parent({ sectionName: 'x' }) }, 'NoMatchingParent'],
    ['no such port', { routes: parent({ port: 81 }) }, 'NoMatchingParent'],
    [
      'other hostname',
      { routes: parent({}), gateways: [gateway([{ hostname: '*.other.com' }])] },
      'NoMatchingListenerHostname',
    ],
    ['port not bound', { routes: parent({}), gateways: [gateway([{ port: 81 }])] }, 'NotAllowedByListeners'],
    ['other gateway', { routes: parent({ name: 'x' }) }, undefined],
    ['other class', { routes: parent({}), classes: [] }, undefined],
    ['a Service as a parent', { routes: parent({ group: '', kind: 'Service' }) }, undefined],
  ];
  for (const [name, parts, expected] of cases) assert.equal(verdictOf(parts).accepted, expected, name);
});

test('backends resolve, or say by a reason of the specification why not', () => {
  const grant: ReferenceGrant = {
    apiVersion: 'gateway.networking.k8s.io/v1beta1',
    kind: 'ReferenceGrant',
    metadata: { name: 'g', namespace: 'models' },
    spec: {
      from: [{ group: 'gateway.networking.k8s.io', kind: 'HTTPRoute', namespace: 'default' }],
      to: [{ group: '', kind: 'Service', name: 'far' }],
    },
  };
  const h2c = service('h2c');
  h2c.spec.ports = [{ port: 80, appProtocol: 'kubernetes.io/h2c' }];
  const services = [service('iris'), service('far', 80, 'models'), service('other', 80, 'models'), h2c];
  const cases: [string, NonNullable<HttpRouteRule['backendRefs']>[number], string][] = [
    ['there', { name: 'iris', port: 80 }, 'ResolvedRefs'],
    ['not there', { name: 'none', port: 80 }, 'BackendNotFound'],
    ['no such port', { name: 'iris', port: 81 }, 'BackendNotFound'],
    ['granted', { name: 'far', namespace: 'models', port: 80 }, 'ResolvedRefs'],
    ['not granted', { name: 'other', namespace: 'models', port: 80 }, 'RefNotPermitted'],
    ['no Service', { name: 'iris', kind: 'InferencePool', group: 'x', port: 80 }, 'InvalidKind'],
    ['another protocol', { name: 'h2c', port: 80 }, 'UnsupportedProtocol'],
  ];
  for (const [name, ref, expected] of cases) {
    const parts = { services, grants: [grant], routes: [route('r', [{ backendRefs: [ref] }])] };
    assert.deepEqual(verdictOf(parts), { accepted: 'Accepted', refs: expected, bindings: 1 }, name);
  }
});

test('what is not supported refuses the whole route', () => {
  const refused: [HttpRouteRule, string][] = [
    [{ matches: [{ path: { type: 'RegularExpression', value: '/a.*' } }] }, 'UnsupportedValue'],
    [{ matches: [{ headers: [{ type: 'RegularExpression', name: 'a', value: 'b' }] }] }, 'UnsupportedValue'],
    [{ filters: [{ type: 'RequestMirror' }] }, 'UnsupportedValue'],
    [{ timeouts: { request: '5 s' } }, 'UnsupportedValue'],
    [
      {
        filters: [
          { type: 'RequestRedirect', requestRedirect: {} },
          { type: 'URLRewrite', urlRewrite: {} },
        ],
      },
      'IncompatibleFilters',
    ],
  ];
  for (const [rule, reason] of refused) {
    const parts = { routes: [route('r', [{}, rule])] };
    assert.equal(verdictOf(parts).accepted, reason);
    assert.equal(compileRoutes(model(parts)).table.size, 0);
  }
});

test('a listener says what is wrong with it', () => {
  const [evaluated] = compileRoutes(
    model({
      gateways: [
        gateway([
          { name: 'good' },
          { name: 'tls', protocol: 'HTTPS', port: 443 },
          { name: 'port', port: 81 },
          { name: 'twin1', hostname: 'a.b' },
          { name: 'twin2', hostname: 'A.b' },
          { name: 'kinds', hostname: 'c.d', allowedRoutes: { kinds: [{ kind: 'GRPCRoute' }] } },
        ]),
      ],
    }),
  ).gateways;
  const seen = evaluated!.listeners.map((l) => [l.listener.name, l.accepted.reason, l.resolvedRefs.reason, l.served]);
  assert.deepEqual(seen, [
    ['good', 'Accepted', 'ResolvedRefs', true],
    ['tls', 'UnsupportedProtocol', 'ResolvedRefs', false],
    ['port', 'PortUnavailable', 'ResolvedRefs', false],
    ['twin1', 'HostnameConflict', 'ResolvedRefs', false],
    ['twin2', 'HostnameConflict', 'ResolvedRefs', false],
    ['kinds', 'Accepted', 'InvalidRouteKinds', false],
  ]);
});
