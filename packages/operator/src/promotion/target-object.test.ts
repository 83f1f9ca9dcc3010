import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { InferenceService, Promotion } from '@serval/api';
import {
  promotionAnnotation,
  promotionDigestAnnotation,
  promotionStageAnnotation,
  promotionUidAnnotation,
} from './annotations.ts';
import { portableService, restorableService } from './resolve/portable-service.ts';
import { promotedObject, restoredObject } from './target-object.ts';

const source: InferenceService = {
  apiVersion: 'serving.kserve.io/v1beta1',
  kind: 'InferenceService',
  metadata: {
    namespace: 'dev',
    name: 'scorer',
    labels: { model: 'v2', 'app.kubernetes.io/instance': 'dev-app' },
    annotations: {
      owner: 'ann',
      'kubectl.kubernetes.io/last-applied-configuration': '{}',
      'argocd.argoproj.io/tracking-id': 'dev',
      [promotionAnnotation]: 'team/earlier',
    },
  },
  spec: { predictor: { canaryTrafficPercent: 100, model: { modelFormat: { name: 'xgboost' } } } },
  status: { url: 'http://dev' },
};

test('what is of a stage, or of a tool there, stays there', () => {
  assert.deepEqual(portableService(source), {
    labels: { model: 'v2' },
    annotations: { owner: 'ann' },
    spec: { predictor: { model: { modelFormat: { name: 'xgboost' } } } },
  });
});

const promotion: Promotion = {
  apiVersion: 'platform.serval.dev/v1alpha1',
  kind: 'Promotion',
  metadata: { namespace: 'team', name: 'me', uid: 'me' },
  spec: { pipeline: 'fraud', service: 'scorer', from: 'dev', to: 'prod' },
  status: { digest: 'sha256:1', service: portableService(source) },
};
const live: InferenceService = {
  ...source,
  metadata: {
    namespace: 'prod',
    name: 'scorer',
    uid: 'u',
    resourceVersion: '7',
    labels: { model: 'v1', former: 'x', theirs: 'y' },
    annotations: { [promotionAnnotation]: 'team/former', 'kubectl.kubernetes.io/last-applied-configuration': '{}' },
    managedFields: [],
  },
  spec: { predictor: { sklearn: { storageUri: 's3://old' } } },
};
const former = { labels: { model: 'v1', former: 'x' }, spec: live.spec };
const there = { namespace: 'prod', name: 'scorer', live, former };
const stage = { name: 'prod', namespace: 'prod' };

test('nothing of the former specification is left, nor of what was brought with it; what others wrote is', () => {
  const { metadata, spec, status } = promotedObject(promotion, stage, 20, there);
  assert.deepEqual(spec, { predictor: { canaryTrafficPercent: 20, model: { modelFormat: { name: 'xgboost' } } } });
  assert.deepEqual(metadata, {
    namespace: 'prod',
    name: 'scorer',
    uid: 'u',
    resourceVersion: '7',
    labels: { model: 'v2', theirs: 'y' },
    annotations: {
      owner: 'ann',
      'kubectl.kubernetes.io/last-applied-configuration': '{}',
      [promotionAnnotation]: 'team/me',
      [promotionUidAnnotation]: 'me',
      [promotionDigestAnnotation]: 'sha256:1',
      [promotionStageAnnotation]: 'team/fraud/prod',
    },
  });
  assert.equal(status, undefined);
});

test('what was there before is there again', () => {
  const written = promotedObject(promotion, stage, undefined, there);
  const own = { ...there, live: written, former: promotion.status?.service };
  const { metadata, spec } = restoredObject(restorableService(live), own);
  const { managedFields: _, ...before } = live.metadata;
  assert.deepEqual({ metadata, spec }, { metadata: before, spec: live.spec });
});

test('where nothing is, it is made', () => {
  const { metadata } = promotedObject(promotion, stage, undefined, { ...there, live: undefined, former: undefined });
  assert.deepEqual([metadata.namespace, metadata.name, metadata.resourceVersion], ['prod', 'scorer', undefined]);
});
