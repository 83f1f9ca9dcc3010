import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { Secret } from '@serval/kube/objects';
import { expiresAtAnnotation, expiryOf } from './expiry-of.ts';

const base64 = (value: unknown) => Buffer.from(JSON.stringify(value)).toString('base64');
const base64url = (value: unknown) => Buffer.from(JSON.stringify(value)).toString('base64url');
const jwt = (claims: unknown) => `${base64url({ alg: 'RS256' })}.${base64url(claims)}.c2ln`;
const second = 1_800_000_000;

function pull(auth: Record<string, string>, annotations: Record<string, string> = {}): Secret {
  return {
    apiVersion: 'v1',
    kind: 'Secret',
    metadata: { namespace: 'a', name: 'b', annotations },
    type: 'kubernetes.io/dockerconfigjson',
    data: { '.dockerconfigjson': base64({ auths: { 'reg.io': auth } }) },
  };
}
const opaque = (value: string): Secret => ({
  apiVersion: 'v1',
  kind: 'Secret',
  metadata: {},
  data: { token: Buffer.from(value).toString('base64') },
});

const cases: Record<string, [Secret, number | undefined]> = {
  'a password that is a token': [pull({ username: 'u', password: jwt({ exp: second }) }), second],
  'an identity token': [pull({ identitytoken: jwt({ exp: second }) }), second],
  'a registry token': [pull({ registrytoken: jwt({ exp: second }) }), second],
  'the first of several': [
    pull({ username: 'u', password: jwt({ exp: second }), identitytoken: jwt({ exp: second - 5 }) }),
    second - 5,
  ],
  'a password of ECR': [pull({ username: 'AWS', password: base64({ payload: 'x', expiration: second }) }), second],
  'a user and password in auth': [
    pull({ auth: Buffer.from(`AWS:${base64({ expiration: second })}`).toString('base64') }),
    second,
  ],
  'a token of another Secret': [opaque(`${jwt({ exp: second })}\n`), second],
  'the annotation goes before the content': [
    pull({ username: 'u', password: jwt({ exp: 5 }) }, { [expiresAtAnnotation]: '2027-01-15T08:00:00Z' }),
    1_800_000_000,
  ],
  'an annotation that is no time is passed over': [
    pull({ username: 'u', password: jwt({ exp: second }) }, { [expiresAtAnnotation]: 'soon' }),
    second,
  ],
  'a password': [pull({ username: 'u', password: 'hunter2' }), undefined],
  'a password with dots': [pull({ username: 'u', password: 'a.b.c' }), undefined],
  'a token without an end': [pull({ username: 'u', password: jwt({ sub: 'x' }) }), undefined],
  'a token of null': [pull({ username: 'u', password: jwt(null) }), undefined],
  'an end that is text': [pull({ username: 'u', password: jwt({ exp: '1' }) }), undefined],
  'an end that is no time': [pull({ username: 'u', password: jwt({ exp: 1e300 }) }), undefined],
  'what is much too long': [opaque(`a.${'b'.repeat(100_000)}.c`), undefined],
};
for (const [name, [secret, expected]] of Object.entries(cases)) {
  test(name, () => assert.equal(expiryOf(secret), expected === undefined ? undefined : expected * 1000));
}
