import assert from 'node:assert/strict';
import { test } from 'node:test';
import { send, startTestGateway, startUpstream } from '../testing/servers.ts';
import { modifyPath, redirectLocation } from './rewrite.ts';

test('a matched prefix is replaced with one slash between', () => {
  const cases: [path: string, prefix: string, replacement: string, expected: string][] = [
    ['/foo/bar', '/foo', '/xyz', '/xyz/bar'],
    ['/foo/bar', '/foo', '/xyz/', '/xyz/bar'],
    ['/foo', '/foo', '/xyz', '/xyz'],
    ['/foo/', '/foo', '/xyz', '/xyz/'],
    ['/foo/bar', '/foo', '/', '/bar'],
    ['/foo/bar', '/foo', '', '/bar'],
    ['/foo', '/foo', '/', '/'],
    ['/foo/', '/foo', '/', '/'],
    ['/bar', '', '/xyz', '/xyz/bar'],
  ];
  for (const [path, prefix, replacePrefixMatch, expected] of cases) {
    assert.equal(
      modifyPath(path, { type: 'ReplacePrefixMatch', replacePrefixMatch }, prefix),
      expected,
      `${path} ${replacePrefixMatch}`,
    );
  }
  assert.equal(modifyPath('/a/b', { type: 'ReplaceFullPath', replaceFullPath: '/c' }, '/a'), '/c');
});

test('a redirect keeps what it does not name', () => {
  const none = { scheme: undefined, hostname: undefined, port: undefined, path: undefined, statusCode: 302 };
  const request = { hostname: 'a.b', path: '/x', query: 'q=1', prefix: '' };
  assert.equal(redirectLocation(none, request, 8080), 'http://a.b:8080/x?q=1');
  assert.equal(redirectLocation({ ...none, scheme: 'https' }, request, 8080), 'https://a.b/x?q=1');
  assert.equal(redirectLocation({ ...none, scheme: 'https', port: 8443 }, request, 8080), 'https://a.b:8443/x?q=1');
  assert.equal(redirectLocation({ ...none, hostname: 'c' }, request, 80), 'http://c/x?q=1');
});

test('filters change requests and answers', async (t) => {
  const upstream = await startUpstream(t, (req, res) => {
    res.setHeader('x-old', 'old');
    res.end(JSON.stringify({ url: req.url, headers: req.headers }));
  });
  const gateway = await startTestGateway(t);
  gateway.serve({ iris: [upstream.address] }, [
    {
      matches: [{ path: { value: '/go' } }],
      filters: [{ type: 'RequestRedirect', requestRedirect: { hostname: 'there', statusCode: 301 } }],
    },
    {
      matches: [{ path: { value: '/models' } }],
      filters: [
        {
          type: 'RequestHeaderModifier',
          requestHeaderModifier: {
            set: [{ name: 'X-Set', value: 'new' }],
            add: [{ name: 'x-add', value: '2' }],
            remove: ['X-Gone'],
          },
        },
        { type: 'ResponseHeaderModifier', responseHeaderModifier: { set: [{ name: 'x-old', value: 'changed' }] } },
        {
          type: 'URLRewrite',
          urlRewrite: { hostname: 'inner', path: { type: 'ReplacePrefixMatch', replacePrefixMatch: '/v2' } },
        },
      ],
      backendRefs: [{ name: 'iris', port: 80 }],
    },
  ]);
  const answer = await send(gateway.external.address, {
    path: '/models/iris?x',
    headers: { host: 'outer', 'x-set': 'old', 'x-add': '1', 'x-gone': 'a' },
  });
  const { url, headers } = JSON.parse(answer.body);
  assert.equal(url, '/v2/iris?x');
  assert.deepEqual(
    [headers.host, headers['x-set'], headers['x-add'], headers['x-gone'], headers['x-forwarded-host']],
    ['inner', 'new', '1, 2', undefined, 'outer'],
  );
  assert.equal(answer.headers['x-old'], 'changed');
  const redirected = await send(gateway.external.address, { path: '/go/on' });
  assert.equal(redirected.status, 301);
  assert.equal(redirected.headers['location'], `http://there:${gateway.external.port}/go/on`);
});
