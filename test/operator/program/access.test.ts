import assert from 'node:assert/strict';
import { test } from 'node:test';
import { defaultCredentialNamespace } from '@serval/api';
import { leases } from '@serval/kube/objects';
import {
  operatorClusterRules,
  operatorCredentialRules,
  operatorLeaseName,
  operatorNamespacedRules,
} from '@serval/operator/declarations';
import { eventually } from '../../support/eventually.ts';
import { pullAndReadByPlatform } from './credentials.ts';
import { createLife, dayMs, growOld, growUp, installRest, renewCertificate, tellTwice } from './life.ts';
import { promoteAndReclaim } from './promotion.ts';
import { namespace, startTestCluster } from './replicas.ts';
import { compareWithRules } from './rules.ts';
import { createShiftedClock } from './shifted-clock.ts';

/** Allowed without being asked for, and why. */
const explained = [
  // An API server asks for it on the operator's behalf, when a child with blockOwnerDeletion is written.
  'cluster: update inferenceservices/finalizers.serving.kserve.io',
  // Where the configuration names one.
  'cluster: get clustertrustbundles.certificates.k8s.io',
  'cluster: list clustertrustbundles.certificates.k8s.io',
];

test('a whole life asks for everything that the rules allow, and for nothing else', async (t) => {
  const cluster = await startTestCluster(t);
  const clock = createShiftedClock(-80 * dayMs);
  const life = createLife(cluster, { home: namespace, namespace: 'default', clock });
  await installRest(life);
  const one = await cluster.startReplica('one', { clock });
  await eventually(async () => assert.ok(one.isLeader && one.parts?.server()));
  const two = await cluster.startReplica('two', { clock });
  await growUp(life);
  await pullAndReadByPlatform(life);
  await promoteAndReclaim(life);
  await renewCertificate(life);
  await one.stop();
  await eventually(async () => {
    await cluster.pass(clock, 2_000);
    assert.ok(two.isLeader);
  });
  await tellTwice(life);
  await growOld(life);
  await two.stop();
  assert.equal((await cluster.client.get(leases, { namespace, name: operatorLeaseName })).spec.holderIdentity, '');

  const duties = { webhooks: true, certificates: 'self-managed' } as const;
  const { refused, unused } = compareWithRules(cluster.requests, {
    cluster: operatorClusterRules(duties),
    roles: {
      [namespace]: operatorNamespacedRules(duties),
      [defaultCredentialNamespace]: operatorCredentialRules(),
    },
  });
  assert.deepEqual(refused, []);
  assert.deepEqual(
    unused.filter((rule) => !explained.includes(rule)),
    [],
  );
});
