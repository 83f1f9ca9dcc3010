import assert from 'node:assert/strict';
import {
  type InferenceService,
  inferenceServices,
  type Pipeline,
  type Promotion,
  pipelines,
  promotions,
} from '@serval/api';
import { startControllers } from '@serval/controllers';
import { silentLog } from '@serval/kube/client';
import { isStatusError, jobs, namespaces, pods } from '@serval/kube/objects';
import { promotionDigest } from '../../../packages/operator/src/promotion/resolve/digest.ts';
import { eventually } from '../../support/eventually.ts';
import type { Life } from './life.ts';

const apiVersion = 'platform.serval.dev/v1alpha1';
const stage = 'shipped';
const name = 'shipped';

type Kept = NonNullable<NonNullable<Promotion['status']>['service']>;

/** For the cluster alone, so that it is Ready without a gateway; nothing of it is fetched. */
const small: Kept = {
  labels: { 'networking.kserve.io/visibility': 'cluster-local' },
  spec: { predictor: { containers: [{ name: 'kserve-container', image: 'acme/scorer:1' }] } },
} as Kept;
const large = {
  spec: { predictor: { model: { modelFormat: { name: 'xgboost' }, storageUri: 's3://models/iris' } } },
} as Kept;

/**
 * Services are brought into a stage, taken back and go with it, and what is too old of the record goes. There is no node: what runs is told in
 * its place, and what was kept earlier is written as if it had been.
 */
export async function promoteAndReclaim(life: Life): Promise<void> {
  const { client, namespace } = life;
  await client.create(namespaces, { apiVersion: 'v1', kind: 'Namespace', metadata: { name: stage } });
  const check = { type: 'Prediction', request: { body: { instances: [] } }, expect: { predictions: [] } };
  await client.create(pipelines, {
    apiVersion,
    kind: 'Pipeline',
    metadata: { namespace, name },
    spec: { stages: [{ name, namespace: stage, reclaim: 'Delete', promotion: { checks: [check] } }], historyLimit: 1 },
  } as unknown as Pipeline);

  // A model that is looked at by a Job, which nobody runs.
  await promote(life, 'looks', await keep(life, 'model', large));
  await eventually(async () => assert.equal((await client.list(jobs, { namespace: stage })).items.length, 1));
  await end(life, 'looks');

  // Into a stage that has none; it is asked for its predictions where it is, and goes when that fails.
  const digest = await keep(life, 'container', small);
  const controllers = startControllers({ client, log: silentLog });
  try {
    await promote(life, 'makes', digest);
    await runs(life);
    await promotionWhen(life, 'makes', ({ status }) =>
      /NoEndpoints|Unreachable|Prediction/.test(JSON.stringify(status)),
    );
  } finally {
    await controllers.close();
  }
  await patchStatus(life, 'makes', {
    conditions: [
      { type: 'Checked', status: 'True', reason: 'ChecksPassed' },
      { type: 'Approved', status: 'True', reason: 'NotRequired' },
      { type: 'Applied', status: 'False', reason: 'RollingBack' },
      { type: 'Healthy', status: 'False', reason: 'PredictionDiffers' },
    ].map((condition) => ({ ...condition, lastTransitionTime: new Date(life.clock.now()).toISOString() })),
  });
  await eventually(() => gone(life));

  // Over what is there, and out with the pipeline.
  await client.create(inferenceServices, {
    apiVersion: 'serving.kserve.io/v1beta1',
    kind: 'InferenceService',
    metadata: { namespace: stage, name },
    spec: { predictor: { containers: [{ name: 'kserve-container', image: 'acme/scorer:0' }] } },
  } as InferenceService);
  await promote(life, 'changes', digest);
  await eventually(async () => {
    const { metadata } = await client.get(inferenceServices, { namespace: stage, name });
    assert.ok(
      metadata.annotations?.['platform.serval.dev/reclaim-with'] ?? Object.keys(metadata.annotations ?? {}).length > 3,
    );
  });
  await end(life, 'changes');
  await client.delete(pipelines, { namespace, name });
  await eventually(() => gone(life));
  await eventually(async () => {
    await assert.rejects(client.get(pipelines, { namespace, name }), (error) => isStatusError(error, 'NotFound'));
  });
}

/** A Promotion that has ended well, and what it brought; its digest. */
async function keep(life: Life, called: string, service: Kept): Promise<string> {
  const content = { images: [] };
  const digest = promotionDigest(service, content);
  await promote(life, called, digest);
  await end(life, called, { digest, service, content });
  return digest;
}

async function promote({ client, namespace }: Life, called: string, digest: string): Promise<void> {
  await client.create(promotions, {
    apiVersion,
    kind: 'Promotion',
    metadata: { namespace, name: called },
    spec: { pipeline: name, service: name, to: name, digest },
  } as Promotion);
}

async function end(life: Life, called: string, more: object = {}): Promise<void> {
  const at = new Date(life.clock.now()).toISOString();
  const conditions = [{ type: 'Healthy', status: 'True', reason: 'Healthy', lastTransitionTime: at }];
  await patchStatus(life, called, { ...more, conditions, startedAt: at, completedAt: at });
}

async function patchStatus({ client, namespace }: Life, called: string, status: object): Promise<void> {
  const change = { status } as Partial<Promotion>;
  await client.patch(promotions, { namespace, name: called }, 'merge', change, { subresource: 'status' });
}

async function promotionWhen({ client, namespace }: Life, called: string, is: (promotion: Promotion) => boolean) {
  await eventually(async () => {
    const promotion = await client.get(promotions, { namespace, name: called });
    assert.ok(is(promotion), JSON.stringify(promotion.status, null, 1));
  });
}

/** Its Pods are ready, as far as anybody can tell. */
async function runs({ client }: Life): Promise<void> {
  await eventually(async () => {
    const { items } = await client.list(pods, { namespace: stage, labelSelector: 'component=predictor' });
    assert.ok(items.length > 0);
    for (const { metadata } of items) {
      const status = {
        phase: 'Running',
        podIP: '127.0.0.1',
        podIPs: [{ ip: '127.0.0.1' }],
        conditions: ['Ready', 'ContainersReady'].map((type) => ({ type, status: 'True' })),
        containerStatuses: [{ name: 'kserve-container', ready: true, state: { running: {} } }],
      };
      const place = { namespace: stage, name: metadata.name ?? '' };
      await client.patch(pods, place, 'merge', { status } as object, { subresource: 'status' });
    }
  });
}

async function gone({ client }: Life): Promise<void> {
  await assert.rejects(client.get(inferenceServices, { namespace: stage, name }), (error) =>
    isStatusError(error, 'NotFound'),
  );
}
