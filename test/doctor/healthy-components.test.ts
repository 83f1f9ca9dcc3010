import assert from 'node:assert/strict';
import { test } from 'node:test';
import { inferenceServices } from '@serval/api';
import { findCondition } from '@serval/kube/objects';
import { runChecks, type Snapshot } from '@serval/operator/checks';
import { transformerImage } from '../operator/serving.ts';
import { isReady, serviceOf, startRunningPlatform, statusWhen } from '../operator/support.ts';
import { snapshotOf, startModelStore } from './support.ts';

test('services with transformer, explainer and canary are healthy, and each of their objects is missed', async (t) => {
  const { client } = await startRunningPlatform(t, { images: [transformerImage] });
  const storageUri = await startModelStore(t);
  const containers = [
    { name: 'mine', image: 'acme/transformer:1', readinessProbe: { tcpSocket: { port: 8080 }, periodSeconds: 1 } },
  ];
  const helped = serviceOf('helped', { xgboost: { storageUri } });
  helped.spec = { ...helped.spec, transformer: { containers }, explainer: { containers } };
  await client.create(inferenceServices, helped);
  const tried = serviceOf('tried', { xgboost: { storageUri } });
  tried.spec = {
    ...tried.spec,
    transformer: { containers },
    canary: [
      { predictor: { name: 'next', model: { modelFormat: { name: 'xgboost' }, storageUri } }, trafficPercent: 20 },
    ],
  } as never;
  await client.create(inferenceServices, tried);
  await statusWhen(client, 'helped', isReady);
  await statusWhen(
    client,
    'tried',
    (status) => isReady(status) && findCondition(status.conditions, 'CanaryPredictorReady')?.status === 'True',
  );
  const healthy = await snapshotOf(client);
  const { findings, hidden, checks } = runChecks(healthy);
  assert.deepEqual([...findings, ...hidden], []);
  const compared = (name: string) => checks.find((check) => check.name === name)?.compared ?? 0;
  assert.equal(compared('routes'), 7, 'four routes of the one, three of the other');
  assert.equal(compared('live probe'), 2);

  const without = (kind: 'routes' | 'deployments', name: string): Snapshot => {
    const snapshot = structuredClone(healthy);
    const seen = snapshot[kind] as unknown as { items: { metadata: { name?: string } }[] };
    const rest = seen.items.filter(({ metadata }) => metadata.name !== name);
    assert.equal(rest.length, seen.items.length - 1, `${name} was there`);
    seen.items = rest;
    return snapshot;
  };
  for (const name of ['helped-transformer', 'helped-explainer', 'tried-transformer']) {
    await t.test(`route ${name} gone`, () =>
      told(without('routes', name), 'route-missing', `HTTPRoute default/${name}`),
    );
  }
  for (const name of ['helped-transformer', 'helped-explainer', 'tried-next-predictor', 'tried-next-transformer']) {
    await t.test(`Deployment ${name} gone`, () =>
      told(without('deployments', name), 'deployment-missing', `Deployment default/${name}`),
    );
  }
});

function told(snapshot: Snapshot, id: string, object: string): void {
  const found = runChecks(snapshot).findings.map((finding) => [finding.id, finding.evidence.object]);
  assert.deepEqual(found, [[id, object]]);
}
