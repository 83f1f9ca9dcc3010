import assert from 'node:assert/strict';
import { test } from 'node:test';
import { StatusError, type StatusReason } from '@serval/kube/objects';
import { refusalOf } from './refusal-of.ts';

const cases: readonly [StatusReason, string, string | undefined][] = [
  [
    'Forbidden',
    'admission webhook "policy.example.com" denied the request: password SENTINEL is too weak',
    'the API server answered 403 Forbidden (webhook policy.example.com)',
  ],
  [
    'InternalError',
    'Internal error occurred: failed calling webhook "policy.example.com": failed to call webhook: Post "https://u:SENTINEL@x": refused',
    'the API server answered 500 InternalError (webhook policy.example.com)',
  ],
  [
    'Invalid',
    `secrets "x" is forbidden: ValidatingAdmissionPolicy 'no-secrets' with binding 'all' denied request: SENTINEL`,
    'the API server answered 422 Invalid (policy no-secrets)',
  ],
  [
    'Forbidden',
    'secrets "x" is forbidden: exceeded quota: few, requested: secrets=1, used: secrets=1, limited: secrets=1',
    'the API server answered 403 Forbidden (quota few)',
  ],
  [
    'Forbidden',
    'secrets is forbidden: User "SENTINEL" cannot create resource',
    'the API server answered 403 Forbidden',
  ],
  ['Conflict', 'the object has been modified', undefined],
];

for (const [reason, message, expected] of cases) {
  test(`${reason}: ${message.slice(0, 50)}`, () => {
    assert.equal(refusalOf(new StatusError(reason, message)), expected);
  });
}

test('what is no answer is no refusal', () => {
  assert.equal(refusalOf(new Error('connection refused')), undefined);
});
