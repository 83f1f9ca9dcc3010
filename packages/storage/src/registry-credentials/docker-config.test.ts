import assert from 'node:assert/strict';
import { test } from 'node:test';
import { parseDockerConfig } from './docker-config.ts';

const b64 = (text: string | Buffer) => Buffer.from(text).toString('base64');
const config = (auths: unknown) => JSON.stringify({ auths });

test('auth wins over user and password, the first colon splits, tokens are kept', () => {
  const { entries, problems } = parseDockerConfig(
    config({
      'a.io': { auth: b64('user:pass:word'), username: 'other', password: 'other' },
      'b.io': { username: 'u', password: 'p"\n', auth: '' },
      'c.io': { auth: b64('u:').replaceAll('=', ''), identitytoken: 'identity' },
      'd.io': { registrytoken: 'bearer' },
      'e.io': null,
      'f.io': { Username: 'any', PASSWORD: 'case' },
      'g.io': { username: 'first', Username: 'last', password: 'p', PASSWORD: null },
    }),
    'dockerconfigjson',
    'file',
  );
  assert.deepEqual(problems, []);
  assert.deepEqual(
    entries.map(({ key, credential: { username, password, identityToken, registryToken } }) =>
      [key, username, password, identityToken, registryToken].filter((each) => each !== undefined),
    ),
    [
      ['a.io', 'user', 'pass:word'],
      ['b.io', 'u', 'p"\n'],
      ['c.io', 'u', '', 'identity'],
      ['d.io', '', '', 'bearer'],
      ['e.io', '', ''],
      ['f.io', 'any', 'case'],
      ['g.io', 'last', 'p'],
    ],
  );
});

test('the legacy form has no auths around it', () => {
  const text = JSON.stringify({ 'https://index.docker.io/v1/': { auth: b64('u:p'), email: 'x@example.com' } });
  assert.equal(parseDockerConfig(text, 'dockercfg', 'file').entries.length, 1);
  assert.deepEqual(parseDockerConfig(text, 'dockerconfigjson', 'file').entries, []);
});

test('every problem is told, with the entry, and without any value', () => {
  const { entries, problems } = parseDockerConfig(
    config({
      'good.io': { auth: b64('u:p') },
      'colon.io': { auth: b64('SENTINEL') },
      'alphabet.io': { auth: 'U0VOVElO_-' },
      'padding.io': { auth: `${b64('u:SENTINEL')}=` },
      'bytes.io': { auth: b64(Buffer.from([0x75, 0x3a, 0xff])) },
      'number.io': { username: 7 },
      'text.io': 'SENTINEL',
      'a b.io': { auth: b64('u:SENTINEL') },
    }),
    'dockerconfigjson',
    { secret: 'pull' },
  );
  assert.deepEqual(
    entries.map(({ key, origin }) => [key, origin]),
    [['good.io', { secret: 'pull' }]],
  );
  assert.deepEqual(
    problems.map(({ key, effect }) => [key, effect]),
    [
      ['colon.io', 'refused'],
      ['alphabet.io', 'refused'],
      ['padding.io', 'refused'],
      ['bytes.io', 'refused'],
      ['number.io', 'refused'],
      ['text.io', 'refused'],
      ['a b.io', 'ignored'],
    ],
  );
  assert.doesNotMatch(JSON.stringify(problems), /SENTINEL/);
});

test('files that are no docker configs', () => {
  for (const text of ['', '{', '[]', '"x"', '{"auths":[]}', '{"auths":"SENTINEL"}', 'SENTINEL']) {
    const { entries, problems } = parseDockerConfig(text, 'dockerconfigjson', 'file');
    assert.deepEqual([entries, problems.length, problems[0]!.key], [[], 1, undefined], text);
    assert.doesNotMatch(JSON.stringify(problems), /SENTINEL/);
  }
  assert.deepEqual(parseDockerConfig('{}', 'dockerconfigjson', 'file').problems, []);
});

test('credential helpers are named, and never run', () => {
  const text = JSON.stringify({
    credsStore: 'desktop',
    credHelpers: { 'reg.io': 'ecr-login' },
    auths: { 'reg.io': {} },
  });
  assert.deepEqual(parseDockerConfig(text, 'dockerconfigjson', 'file').helpers, ['*', 'reg.io']);
});

test('a user and password before a host are neither kept nor told', () => {
  const good = { username: 'u', password: 'p' };
  const { entries, problems } = parseDockerConfig(
    JSON.stringify({
      auths: {
        'https://me:sentinel@ghcr.io/acme': good,
        'me:sentinel@quay.io': good,
        'ghcr.io/a@b': good,
        'https://me:sent/inel@docker.io': good,
        'https://me:sentinel@docker.io': 'nothing',
      },
    }),
    'dockerconfigjson',
    'here',
  );
  assert.deepEqual(
    entries.map(({ key }) => key),
    ['https://ghcr.io/acme', 'quay.io', 'ghcr.io/a@b'],
  );
  assert.deepEqual(
    problems.map(({ key, effect }) => [key, effect]),
    [
      ['https://docker.io', 'ignored'],
      ['https://docker.io', 'refused'],
    ],
  );
});
