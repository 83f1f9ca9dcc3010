import assert from 'node:assert/strict';
import { test } from 'node:test';
import { checkObject } from '@serval/api';
import { formsIn, isOfGroup } from './forms.ts';

const ours = isOfGroup('serving.kserve.io', 'platform.serval.dev');

for (const { name, object } of [...formsIn('test/compat/forms'), ...formsIn('examples')].filter(ours)) {
  test(`valid: ${name}`, () => {
    assert.deepEqual(checkObject(object), { errors: [], warnings: [] });
  });
}
