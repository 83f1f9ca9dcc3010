import assert from 'node:assert/strict';
import { test } from 'node:test';
import { createClient } from '@serval/kube/client';
import { type Diagnosis, findingIds, runChecks, type Snapshot } from '@serval/operator/checks';
import { summaryLine } from '../../packages/cli/src/doctor/report.ts';
import { type Fault, faults } from './faults/index.ts';
import { snapshotOf, startHealthyPlatform } from './support.ts';

const idsOf = ({ findings }: Diagnosis) => [...new Set(findings.map(({ id }) => id))];

test('a healthy system has no finding, and each planted fault exactly its own', async (t) => {
  const { client } = await startHealthyPlatform(t);
  const healthy = await snapshotOf(client);

  await t.test('healthy: nothing but how much was checked', () => {
    const diagnosis = runChecks(healthy);
    assert.deepEqual(diagnosis.findings, []);
    assert.deepEqual(diagnosis.hidden, []);
    assert.match(summaryLine(diagnosis), /^nothing is wrong: \d+ facts compared by \d+ checks/);
    for (const name of [
      'definitions',
      'gateway class',
      'gateway',
      'listeners',
      'routes',
      'hosts',
      'backends',
      'pods',
    ]) {
      const check = diagnosis.checks.find((each) => each.name === name);
      assert.ok((check?.compared ?? 0) > 0, `${name} compared something`);
    }
    assert.ok((diagnosis.checks.find(({ name }) => name === 'live probe')?.compared ?? 0) > 0);
  });

  await t.test('no check passes by looking at nothing', () => {
    const blind = Object.fromEntries(
      Object.entries(healthy).map(([key, value]) => [
        key,
        typeof value === 'object' && ('items' in value || 'unread' in value)
          ? { unread: 'you may not read them' }
          : value,
      ]),
    ) as unknown as Snapshot;
    const empty = Object.fromEntries(
      Object.entries(healthy).map(([key, value]) => [
        key,
        typeof value === 'object' && ('items' in value || 'unread' in value) ? { items: [] } : value,
      ]),
    ) as unknown as Snapshot;
    assert.deepEqual(runChecks(blind).findings, []);
    for (const snapshot of [blind, empty]) {
      for (const { name, compared, notChecked } of runChecks(snapshot).checks) {
        assert.ok(compared > 0 || notChecked.length > 0, `${name} says what it did not check`);
      }
    }
    assert.ok(runChecks(blind).checks.every(({ compared, notChecked }) => compared === 0 && notChecked.length > 0));
  });

  await t.test('who may read nothing is told so, and not that all is well', async () => {
    const nobody = createClient({
      fieldManager: 'test',
      transport: (request) =>
        client.request({ ...request, headers: { ...request.headers, 'impersonate-user': 'nobody' } }),
    });
    const { findings, checks } = runChecks(await snapshotOf(nobody));
    assert.deepEqual(findings, []);
    for (const { name, compared, notChecked } of checks) {
      // The release of the API server is told to everybody.
      assert.equal(compared, name === 'versions' ? 1 : 0, name);
      assert.ok(notChecked.length > 0, name);
    }
    assert.ok(checks.flatMap(({ notChecked }) => notChecked).some((why) => why.endsWith('you may not read them')));
  });

  await t.test('what may only be read in part is not said to be missing', () => {
    const partly = 'only those of namespace default may be read';
    const snapshot: Snapshot = {
      ...healthy,
      gateways: { items: [], partly },
      endpointSlices: { unread: 'you may not read them' },
    };
    const { findings, checks } = runChecks(snapshot);
    assert.deepEqual(findings, []);
    const gateway = checks.find(({ name }) => name === 'gateway');
    assert.deepEqual([gateway?.compared, gateway?.notChecked], [0, [`Gateways: ${partly}`]]);
  });

  for (const { name, plant, ids } of faults satisfies readonly Fault[]) {
    await t.test(name, async () => {
      const snapshot = structuredClone(healthy);
      await plant(snapshot as never);
      const diagnosis = runChecks(snapshot);
      assert.deepEqual(idsOf(diagnosis), [...ids], JSON.stringify(diagnosis, null, 1));
      for (const { evidence, sentence } of diagnosis.findings) {
        assert.ok(evidence.object && evidence.path && evidence.value && sentence);
      }
    });
  }

  await t.test('every id is planted', () => {
    const planted = new Set(faults.flatMap(({ ids }) => ids));
    assert.ok(faults.length >= 40);
    assert.deepEqual(
      findingIds.filter((id) => !planted.has(id)),
      [],
    );
  });
});
