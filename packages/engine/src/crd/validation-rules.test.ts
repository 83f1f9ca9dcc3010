import assert from 'node:assert/strict';
import { test } from 'node:test';
import { startTestEngine } from '../testing.ts';

const definitions = '/apis/apiextensions.k8s.io/v1/customresourcedefinitions';
const cats = '/apis/pets.io/v1/namespaces/default/cats';

function definition(rule: string) {
  const rules = [{ rule, message: 'no more than nine lives' }];
  const home = { type: 'string', 'x-kubernetes-validations': [{ rule: 'self == oldSelf', message: 'cats stay' }] };
  const spec = {
    type: 'object',
    required: ['name'],
    properties: { name: { type: 'string' }, lives: { type: 'integer' }, home },
    'x-kubernetes-validations': rules,
  };
  const openAPIV3Schema = { type: 'object', properties: { spec } };
  return {
    metadata: { name: 'cats.pets.io' },
    spec: {
      group: 'pets.io',
      scope: 'Namespaced',
      names: { plural: 'cats', kind: 'Cat' },
      versions: [{ name: 'v1', served: true, storage: true, schema: { openAPIV3Schema } }],
    },
  };
}

test('rules of a definition are checked with it, and hold for every write of its objects', async (t) => {
  const { ok, call } = await startTestEngine(t);
  const refused = await call('POST', definitions, definition('self.lives <= nine'));
  assert.deepEqual(
    [refused.status, refused.body.details.causes[0].field],
    [422, 'spec.versions[0].schema.openAPIV3Schema.properties[spec].x-kubernetes-validations[0].rule'],
  );
  assert.match(refused.body.message, /Unknown variable: nine/);
  await ok('POST', definitions, definition('!has(self.lives) || self.lives <= 9'));
  const bad = await call('POST', cats, { metadata: { name: 'tom' }, spec: { name: 'Tom', lives: 10 } });
  assert.deepEqual(
    [bad.status, bad.body.message],
    [422, 'Cat.pets.io "tom" is invalid: spec: Invalid value: no more than nine lives'],
  );
  const nameless = await call('POST', cats, { metadata: { name: 'tom' }, spec: { lives: 10 } });
  assert.deepEqual(
    nameless.body.details.causes.map(({ field }: { field: string }) => field),
    ['spec.name', '<nil>'],
  );
  await ok('POST', cats, { metadata: { name: 'tom' }, spec: { name: 'Tom', lives: 9, home: 'here' } });
  const moved = await call('PATCH', `${cats}/tom`, { spec: { home: 'there' } });
  assert.equal(moved.body.message, 'Cat.pets.io "tom" is invalid: spec.home: Invalid value: "there": cats stay');
});

test('a rule that comes later leaves alone what it would refuse until that changes', async (t) => {
  const { ok, call } = await startTestEngine(t);
  await ok('POST', definitions, definition('true'));
  await ok('POST', cats, { metadata: { name: 'tom' }, spec: { name: 'Tom', lives: 12 } });
  await ok('PATCH', `${definitions}/cats.pets.io`, { spec: definition('self.lives <= 9').spec });
  await ok('PATCH', `${cats}/tom`, { metadata: { labels: { a: 'b' } } });
  assert.equal((await call('PATCH', `${cats}/tom`, { spec: { name: 'Thomas' } })).status, 422);
});
