import assert from 'node:assert/strict';
import { test } from 'node:test';
import { matchRegistryEntries, parseDockerConfig } from '@serval/storage/registry-credentials';
import { compileDockerConfig } from './compile-docker-config.ts';
import { resolveRegistry } from './resolve-registry.ts';
import { readPullSecret } from './source-secret.ts';
import { layersOf, pullSecret } from './testing.ts';

const base64 = (text: string) => Buffer.from(text).toString('base64');
const sentinel = 'SENTINEL';

function secretWith(content: string, type = 'kubernetes.io/dockerconfigjson', field = '.dockerconfigjson') {
  return { ...pullSecret('pull', []), type, data: { [field]: base64(content) } };
}

function auths(value: unknown): string {
  return JSON.stringify({ auths: value });
}

const refused: readonly [string, Parameters<typeof readPullSecret>[0], string, RegExp][] = [
  ['no type', { ...pullSecret('pull', ['a.io']), type: 'Opaque' }, 'WrongType', /is of type Opaque/],
  ['basic auth', { ...pullSecret('pull', ['a.io']), type: 'kubernetes.io/basic-auth' }, 'WrongType', /basic-auth/],
  ['no data', { ...pullSecret('pull', []), data: {} }, 'MalformedDockerConfig', /\.dockerconfigjson is missing/],
  [
    'the field of the other type',
    secretWith(auths({}), 'kubernetes.io/dockercfg'),
    'MalformedDockerConfig',
    /\.dockercfg is missing/,
  ],
  ['no JSON', secretWith(`{${sentinel}`), 'MalformedDockerConfig', /is not JSON/],
  [
    'an auth without a colon',
    secretWith(auths({ 'a.io': { auth: base64(sentinel) } })),
    'MalformedDockerConfig',
    /"a\.io" has an "auth"/,
  ],
  [
    'one bad entry beside a good one',
    secretWith(auths({ 'a.io': { auth: '!' }, 'b.io': { username: sentinel, password: sentinel } })),
    'MalformedDockerConfig',
    /"a\.io"/,
  ],
  ['no entries', secretWith('{}'), 'MalformedDockerConfig', /has no entries/],
  [
    'blank entries',
    secretWith(auths({ 'a.io': { username: '', password: '' }, 'b.io': null })),
    'MalformedDockerConfig',
    /without user, password and token/,
  ],
  [
    'helpers only',
    secretWith(JSON.stringify({ credHelpers: { 'a.io': 'ecr-login' } })),
    'MalformedDockerConfig',
    /credential helpers only/,
  ],
  [
    'a store of helpers',
    secretWith(JSON.stringify({ credsStore: 'desktop', auths: { 'a.io': {} } })),
    'MalformedDockerConfig',
    /credential helpers only/,
  ],
];

for (const [what, secret, reason, message] of refused) {
  test(`refused: ${what}`, () => {
    const source = readPullSecret(secret);
    assert.ok(source.state === 'failed');
    assert.equal(source.reason, reason);
    assert.match(source.message, message);
    assert.match(source.message, /^Secret ns\/pull/);
    assert.doesNotMatch(source.message, /SENTINEL/);
  });
}

const passwords = ['p"\\\n', "'", 'pä😀', 'a:b:c', ' ', '=', '\u0000', '{"auths":{}}'];

test('every password comes out of the compiled config as it went in, in both forms', () => {
  for (const password of passwords) {
    for (const written of [
      { username: 'u', password },
      { auth: base64(`u:${password}`) },
      { auth: base64(`u:${password}`).replaceAll('=', '') },
    ]) {
      const secret = secretWith(auths({ 'HTTPS://x.io': {}, 'https://A.io/v2/': written }));
      const { effective } = resolveRegistry(layersOf({ platform: { 'a.io': 'pull' } }), () => readPullSecret(secret));
      const { entries, problems } = parseDockerConfig(compileDockerConfig(effective), 'dockerconfigjson', '');
      assert.deepEqual(problems, []);
      const [found] = matchRegistryEntries(entries, 'a.io/x');
      assert.deepEqual([found?.credential.username, found?.credential.password], ['u', password]);
    }
  }
});

test('auth goes before user and password, and a user with a colon has no auth', () => {
  const read = (written: unknown) => {
    const { effective } = resolveRegistry(layersOf({ platform: { 'a.io': 'pull' } }), () =>
      readPullSecret(secretWith(auths({ 'a.io': written }))),
    );
    return JSON.parse(compileDockerConfig(effective)).auths['a.io'];
  };
  assert.deepEqual(read({ auth: base64('u:p'), username: 'x', password: 'y' }), {
    username: 'u',
    password: 'p',
    auth: base64('u:p'),
  });
  assert.deepEqual(read({ username: 'a:b', password: 'p' }), { username: 'a:b', password: 'p' });
  assert.deepEqual(read({ identitytoken: 't' }), { identitytoken: 't' });
});

test('the legacy form is read, and becomes the present one', () => {
  const secret = secretWith(
    JSON.stringify({ 'https://index.docker.io/v1/': { auth: base64('u:p') } }),
    'kubernetes.io/dockercfg',
    '.dockercfg',
  );
  const { effective } = resolveRegistry(layersOf({ platform: { 'docker.io': 'pull' } }), () => readPullSecret(secret));
  assert.deepEqual(Object.keys(JSON.parse(compileDockerConfig(effective)).auths), ['docker.io']);
});

test('the same keys give the same text', () => {
  const compiled = ['ghcr.io quay.io', 'quay.io ghcr.io'].map((order) => {
    const keys = order.split(' ');
    const { effective } = resolveRegistry(
      layersOf({ platform: Object.fromEntries(keys.map((key) => [key, 'pull'])) }),
      () => readPullSecret(pullSecret('pull', keys)),
    );
    return compileDockerConfig(effective);
  });
  assert.equal(compiled[0], compiled[1]);
});
