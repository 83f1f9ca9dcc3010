import assert from 'node:assert/strict';
import { readFile } from 'node:fs/promises';
import { test } from 'node:test';
import { connectionErrorCodes } from '@serval/kube/client';

test('docs/errors.md has every code of ConnectionError, and no other', async () => {
  const text = await readFile(new URL('../../docs/errors.md', import.meta.url), 'utf8');
  const section = text.split(/^## /m).find((part) => part.startsWith('Kubernetes client')) ?? '';
  const documented = [...section.matchAll(/^\| `(\w+)` \|/gm)].map(([, code]) => code);
  assert.deepEqual(documented.sort(), [...connectionErrorCodes].sort());
});
