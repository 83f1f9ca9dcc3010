import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { test } from 'node:test';
import type { AnyObject, ManagedFieldsEntry } from '@serval/kube/objects';
import { builtinSchema } from '@serval/kube/schema';
import { applyServerSide } from './apply.ts';
import { trackUpdate } from './track-update.ts';

/**
 * Each line is a sequence of random writes to one Deployment, and what `k8s.io/apimachinery` v0.36's field manager made of
 * them. Order of entries with one time, and times, say nothing.
 */
interface Step {
  op: 'apply' | 'update';
  object: AnyObject;
  manager: string;
  force: boolean;
  result: { object?: AnyObject; error?: string };
}
const lines = readFileSync(new URL('./testdata/upstream.jsonl', import.meta.url), 'utf8')
  .trim()
  .split('\n');
const schema = builtinSchema('apps', 'v1', 'Deployment');

function write(live: AnyObject | undefined, { op, object, manager, force }: Step): Step['result'] {
  const common = { manager, apiVersion: 'apps/v1', schema, now: '2026-01-01T00:00:00Z', resetPaths: [] };
  if (op === 'update') {
    const managedFields = trackUpdate({ ...common, old: live, new: object });
    return { object: { ...object, metadata: { ...object.metadata, ...(managedFields ? { managedFields } : {}) } } };
  }
  try {
    return { object: applyServerSide({ ...common, live, applied: object, force }).object };
  } catch (error) {
    return { error: (error as Error).message };
  }
}

function comparable({ object, error }: Step['result']): unknown {
  if (object === undefined) return error;
  const { managedFields = [], ...metadata } = object.metadata;
  const byManager = (entry: ManagedFieldsEntry) => `${entry.operation} ${entry.manager}`;
  const entries = managedFields
    .map(({ time: _, ...entry }) => entry)
    .sort((a, b) => (byManager(a) < byManager(b) ? -1 : 1));
  return { ...object, metadata: { ...metadata, managedFields: entries } };
}

test('random sequences of applies and updates end as upstream’s do, conflicts and owners included', () => {
  lines.forEach((line, i) => {
    let live: AnyObject | undefined;
    for (const [k, step] of (JSON.parse(line) as Step[]).entries()) {
      assert.deepEqual(comparable(write(live, step)), comparable(step.result), `line ${i + 1}, step ${k + 1}`);
      live = step.result.object ?? live;
    }
  });
});
