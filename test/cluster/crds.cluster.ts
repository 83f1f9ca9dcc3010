import { test } from 'node:test';
import { crds, customResourceDefinitions } from '@serval/api';
import type { Client } from '@serval/kube/client';
import { clientOf } from '../support/client.ts';
import { applyCrds, asAppliedByClient } from './apply-crds.ts';
import { tryPlatformRules } from './platform-rules.ts';

const kubeconfig = process.env['KUBECONFIG'];
const skip = kubeconfig ? false : 'KUBECONFIG names no cluster: no API server but the embedded one was asked';
const groups = new Set(crds().map(({ spec }) => spec.group));

/**
 * Installs nothing where any of the groups is there already: these CRDs would take the place of those that somebody's objects
 * live by, and be deleted afterwards.
 */
async function refuseUsedCluster(client: Client): Promise<void> {
  const { items } = await client.list(customResourceDefinitions);
  const there = items.filter(({ spec }) => groups.has(spec.group)).map(({ metadata }) => metadata.name);
  if (there.length === 0) return;
  throw new Error(
    `the cluster of KUBECONFIG has CRDs of ${[...groups].join(', ')} already (${there.join(', ')}); these tests need one without`,
  );
}

test('an API server takes the CRDs of both bundles', { skip }, async (t) => {
  const client = await clientOf(kubeconfig ?? '');
  await refuseUsedCluster(client);
  t.after(async () => {
    for (const { metadata } of crds()) {
      await client.delete(customResourceDefinitions, { name: metadata.name ?? '' }).catch(() => undefined);
    }
  });
  await t.test('standard, from the client’s side', async () => {
    for (const crd of crds()) await client.create(customResourceDefinitions, asAppliedByClient(crd));
    await applyCrds(client, crds());
  });
  await t.test('full, by server-side apply', () => applyCrds(client, crds({ bundle: 'full' })));
  await t.test('standard again, as when going back', () => applyCrds(client, crds()));
  await t.test('objects of Serval’s own group, by their definitions alone', () => tryPlatformRules(client));
});
