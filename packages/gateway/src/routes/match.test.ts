import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { HttpRouteMatch } from '@serval/kube/objects';
import { gateway, model, route } from '../testing/objects.ts';
import { compileRoutes } from './compile.ts';
import { hostnameOf, intersectHostnames } from './hosts.ts';
import { match, type RoutedRequest } from './match.ts';
import type { GatewayModel } from './model.ts';

/** `HTTPRoute name/rule index` that takes the request. */
function taken(parts: Partial<GatewayModel>, url: string, more: Partial<RoutedRequest> = {}): string | undefined {
  const { hostname, pathname, search } = new URL(`http://${url}`);
  const request = { method: 'GET', hostname, path: pathname, query: search.slice(1), headers: {}, ...more };
  return match(compileRoutes(model(parts)).table, request)?.rule.key.replace('default/', '');
}

const rules = (...matches: HttpRouteMatch[]) => matches.map((m) => ({ matches: [m] }));
const prefix = (value: string): HttpRouteMatch => ({ path: { type: 'PathPrefix', value } });
const exact = (value: string): HttpRouteMatch => ({ path: { type: 'Exact', value } });

test('hostnames: exact, then the longest wildcard, then none; a wildcard takes one or more labels', () => {
  const routes = [
    route('any', [{}]),
    route('wide', [{}], { hostnames: ['*.example.com'] }),
    route('narrow', [{}], { hostnames: ['*.a.example.com'] }),
    route('exact', [{}], { hostnames: ['x.a.example.com'] }),
  ];
  const cases: [string, string][] = [
    ['x.a.example.com', 'exact/0'],
    ['X.A.example.com', 'exact/0'],
    ['y.a.example.com', 'narrow/0'],
    ['z.y.a.example.com', 'narrow/0'],
    ['a.example.com', 'wide/0'],
    ['b.example.com', 'wide/0'],
    ['example.com', 'any/0'],
    ['other', 'any/0'],
  ];
  for (const [host, expected] of cases) assert.equal(taken({ routes }, `${host}/`), expected, host);
});

test('a rule of a less specific hostname is asked when none of the more specific one fits', () => {
  const routes = [
    route('wide', [{}], { hostnames: ['*.example.com'] }),
    route('exact', rules(prefix('/a')), { hostnames: ['x.example.com'] }),
  ];
  assert.equal(taken({ routes }, 'x.example.com/a'), 'exact/0');
  assert.equal(taken({ routes }, 'x.example.com/b'), 'wide/0');
});

test('listeners are kept apart: the most specific one takes the request', () => {
  const gateways = [gateway([{ name: 'all' }, { name: 'one', hostname: 'x.example.com' }])];
  const routes = [route('r', [{}], { parentRefs: [{ name: 'gw', namespace: 'infra', sectionName: 'all' }] })];
  assert.equal(taken({ gateways, routes }, 'y.example.com/'), 'r/0');
  assert.equal(taken({ gateways, routes }, 'x.example.com/'), undefined);
});

test('paths: exact, then the longest prefix by whole elements', () => {
  const routes = [route('r', rules(prefix('/'), prefix('/v2'), exact('/v2/a'), prefix('/v2/a/'), exact('/v3/')))];
  const cases: [string, string][] = [
    ['/', 'r/0'],
    ['/v2', 'r/1'],
    ['/v2/', 'r/1'],
    ['/v2example', 'r/0'],
    ['/v2/b', 'r/1'],
    ['/v2/a', 'r/2'],
    ['/v2/a/', 'r/3'],
    ['/v2/a/b', 'r/3'],
    ['/v3/', 'r/4'],
    ['/v3', 'r/0'],
    [`/v2/a${'/'.repeat(5000)}`, 'r/3'],
  ];
  for (const [path, expected] of cases) assert.equal(taken({ routes }, 'h/', { path }), expected, path.slice(0, 20));
  assert.equal(taken({ routes: [route('r', rules(prefix('/v2')))] }, 'h/v1'), undefined);
});

test('method, headers and query parameters must fit; more of them come first', () => {
  const routes = [
    route('r', [
      {},
      { matches: [{ queryParams: [{ name: 'q', value: '1' }] }] },
      { matches: [{ headers: [{ name: 'X-A', value: '1' }] }] },
      {
        matches: [
          {
            headers: [
              { name: 'x-a', value: '1' },
              { name: 'x-b', value: '2' },
            ],
          },
        ],
      },
      { matches: [{ method: 'POST' }] },
    ]),
  ];
  assert.equal(taken({ routes }, 'h/'), 'r/0');
  assert.equal(taken({ routes }, 'h/?q=1&q=2'), 'r/1');
  assert.equal(taken({ routes }, 'h/?q=2&q=1'), 'r/0');
  assert.equal(taken({ routes }, 'h/?q=1', { headers: { 'x-a': '1' } }), 'r/2');
  assert.equal(taken({ routes }, 'h/', { headers: { 'x-a': '1', 'x-b': '2' } }), 'r/3');
  assert.equal(taken({ routes }, 'h/', { headers: { 'x-a': '1', 'x-b': '2' }, method: 'POST' }), 'r/4');
});

test('of equals the oldest route wins, then the first by name, then the first rule', () => {
  const young = { creationTimestamp: '2026-02-01T00:00:00Z' };
  assert.equal(taken({ routes: [route('a', [{}], young), route('b', [{}])] }, 'h/'), 'b/0');
  assert.equal(taken({ routes: [route('b', [{}]), route('a', [{}])] }, 'h/'), 'a/0');
  assert.equal(taken({ routes: [route('a', [{}, {}])] }, 'h/'), 'a/0');
});

test('hostnames of listener and route meet in the more specific one', () => {
  const cases: [listener: string, route: string, common: string | undefined][] = [
    ['', '', ''],
    ['', 'a.b', 'a.b'],
    ['a.b', '', 'a.b'],
    ['*.b', 'a.b', 'a.b'],
    ['a.b', '*.b', 'a.b'],
    ['*.b', '*.a.b', '*.a.b'],
    ['*.a.b', '*.b', '*.a.b'],
    ['*.b', 'b', undefined],
    ['a.b', 'c.b', undefined],
    ['*.b', 'ab', undefined],
  ];
  for (const [a, b, common] of cases) assert.equal(intersectHostnames(a, b), common, `${a} and ${b}`);
});

test('a Host header gives a name without port, or is no host', () => {
  assert.equal(hostnameOf('Iris.localhost:8080'), 'iris.localhost');
  assert.equal(hostnameOf('iris.localhost.'), 'iris.localhost');
  assert.equal(hostnameOf('[::1]:80'), '[::1]');
  for (const bad of ['', 'a b', 'a/b', 'user@a', 'a:b', ':80', '-a', 'a\u0000', `${'a'.repeat(300)}`]) {
    assert.equal(hostnameOf(bad), undefined, bad);
  }
});
