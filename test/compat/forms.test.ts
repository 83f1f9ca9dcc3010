import assert from 'node:assert/strict';
import { test } from 'node:test';
import { checkObject } from '@serval/api';
import { formsIn } from './forms.ts';

for (const { name, object } of [...formsIn('test/compat/forms'), ...formsIn('examples')]) {
  test(`valid: ${name}`, () => {
    assert.deepEqual(checkObject(object), { errors: [], warnings: [] });
  });
}
