import assert from 'node:assert/strict';
import { readFile } from 'node:fs/promises';
import { test } from 'node:test';
import { catalogue, entryOf, findingIds } from './catalogue.ts';
import type { Finding } from './finding.ts';
import { runCheck } from './notes.ts';
import { orderFindings } from './order.ts';
import type { Snapshot } from './snapshot.ts';

const finding = (id: Finding['id'], service?: string): Finding => ({
  id,
  severity: entryOf(id).severity,
  ...(service ? { service } : {}),
  evidence: { object: 'a', path: 'b', value: 'c' },
  sentence: 'd',
  hides: entryOf(id).hides ?? [],
});

test('a cause stands before its symptoms, is known, and hides nothing worse than itself', () => {
  for (const [index, id] of findingIds.entries()) {
    for (const symptom of entryOf(id).hides ?? []) {
      assert.ok(findingIds.includes(symptom), `${id} hides ${symptom}, which there is`);
      assert.ok(findingIds.indexOf(symptom) > index, `${id} stands before ${symptom}`);
      const isWorse = entryOf(symptom).severity === 'error' && entryOf(id).severity === 'warning';
      assert.ok(!isWorse, `${id}, a warning, hides the error ${symptom}`);
    }
  }
});

test('symptoms of symptoms are hidden too', () => {
  const closure = (id: Finding['id'], seen = new Set<Finding['id']>()): Set<Finding['id']> => {
    for (const symptom of entryOf(id).hides ?? []) if (!seen.has(symptom)) closure(symptom, seen.add(symptom));
    return seen;
  };
  for (const id of findingIds) {
    const { findings } = orderFindings([id, ...closure(id)].map((each) => finding(each)));
    assert.deepEqual(
      findings.map((each) => each.id),
      [id],
    );
  }
});

test('a finding about one service hides nothing of another', () => {
  const { findings, hidden } = orderFindings([
    finding('service-not-ready', 'a/two'),
    finding('service-not-ready', 'a/one'),
    finding('pod-failing', 'a/one'),
  ]);
  assert.deepEqual(
    findings.map(({ id, service }) => [id, service]),
    [
      ['pod-failing', 'a/one'],
      ['service-not-ready', 'a/two'],
    ],
  );
  assert.deepEqual(
    hidden.map(({ id, hiddenBy }) => [id, hiddenBy]),
    [['service-not-ready', 'pod-failing']],
  );
});

test('a check that compares nothing has not passed', () => {
  const { report } = runCheck({ name: 'idle', run: () => {} }, {} as Snapshot);
  assert.deepEqual(report, { name: 'idle', compared: 0, notChecked: ['there was nothing to compare'] });
});

test('docs/doctor.md has every finding with its severity, meaning and fix, in order, and no other', async () => {
  const text = await readFile(new URL('../../../../docs/doctor.md', import.meta.url), 'utf8');
  const rows = [...text.matchAll(/^\| `([a-z-]+)` \| (error|warning) \| (.+) \| (.+) \|$/gm)].map((row) =>
    row.slice(1),
  );
  assert.deepEqual(
    rows,
    Object.entries(catalogue).map(([id, { severity, meaning, mend }]) => [id, severity, meaning, mend]),
  );
});
