import assert from 'node:assert/strict';
import { readFile } from 'node:fs/promises';
import { test } from 'node:test';
import { loadAll } from 'js-yaml';
import { operatorReviewRules } from '../declarations/rbac.ts';

test('the ClusterRole of the page on pipelines allows what reviews take, and no more', async () => {
  const page = await readFile(new URL('../../../../docs/pipelines.md', import.meta.url), 'utf8');
  const blocks = [...page.matchAll(/^( *)```yaml\n([\s\S]*?)^ *```/gm)].map(([, indent = '', text = '']) =>
    text.replaceAll(new RegExp(`^${indent}`, 'gm'), ''),
  );
  const objects = blocks.filter((text) => text.includes('ClusterRole')).flatMap((text) => loadAll(text)) as {
    kind?: string;
    metadata?: { name?: string };
    rules?: unknown;
  }[];
  const role = objects.find(
    ({ kind, metadata }) => kind === 'ClusterRole' && metadata?.name === 'serval-operator-reviews',
  );
  assert.deepEqual(role?.rules, operatorReviewRules);
});
