import assert from 'node:assert/strict';
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';
import {
  type ClusterServingRuntime,
  defaultInferenceService,
  type InferenceService,
  type ServingRuntime,
  validateInferenceService,
} from '@serval/api';
import type { ConfigMap, KubeObject } from '@serval/kube/objects';
import { load } from 'js-yaml';
import { parseServingConfig } from '../../config/parse-config.ts';
import { builtInServingRuntimes } from '../../declarations/serving-runtimes.ts';
import { type DescribedGateway, describedCapabilities } from '../../gateway/testing.ts';
import { renderInferenceService } from './render-inference-service.ts';

/**
 * Each file is one rule: a service (and, where they matter, runtimes and configuration), and the objects made of it. Of each
 * expected object only the fields that are written are compared; `only` lists the names of all objects that there are.
 */
interface Case {
  service: InferenceService;
  runtimes?: ServingRuntime[];
  clusterRuntimes?: ClusterServingRuntime[];
  config?: Record<string, unknown>;
  /** Where routes go; default what `serval up` brings along. */
  gateway?: DescribedGateway;
  /** What is told to be lost; compared whenever a gateway is written. */
  losses?: { what: string; why: string }[];
  expected?: KubeObject[];
  only?: string[];
  /** Exact equality of the listed objects. */
  exact?: boolean;
  failed?: { reason: string; message: string };
}

const folder = join(import.meta.dirname, 'testdata');

for (const file of readdirSync(folder).filter((name) => name.endsWith('.yaml'))) {
  test(file.replace(/\.yaml$/, '').replaceAll('-', ' '), () => {
    const {
      service,
      runtimes,
      clusterRuntimes,
      config,
      expected = [],
      only,
      exact,
      failed,
      gateway,
      losses = [],
    } = load(readFileSync(join(folder, file), 'utf8')) as Case;
    const whole: InferenceService = {
      ...service,
      apiVersion: 'serving.kserve.io/v1beta1',
      kind: 'InferenceService',
      metadata: { namespace: 'default', ...service.metadata },
    };
    const defaulted = defaultInferenceService(whole);
    assert.deepEqual(validateInferenceService(defaulted), []);
    const before = structuredClone(defaulted);
    const rendered = renderInferenceService({
      service: defaulted,
      runtimes: { namespaced: runtimes ?? [], cluster: clusterRuntimes ?? builtInServingRuntimes() },
      config: parseServingConfig(config ? configMap(config) : undefined),
      ...(gateway ? { capabilities: describedCapabilities(gateway) } : {}),
    });
    assert.deepEqual(defaulted, before, 'the input is not changed');
    if (failed) {
      assert.deepEqual(rendered, { state: 'failed', ...failed });
      return;
    }
    assert.notEqual(rendered.state, 'failed', JSON.stringify(rendered));
    if (gateway) assert.deepEqual(rendered.state === 'serving' ? rendered.losses : [], losses);
    const objects = rendered.state === 'failed' ? [] : rendered.objects;
    if (only)
      assert.deepEqual(
        objects.map(({ kind, metadata }) => `${kind} ${metadata.name}`),
        only,
      );
    for (const object of expected) {
      const found = objects.find(
        ({ kind, metadata }) => kind === object.kind && metadata.name === object.metadata.name,
      );
      assert.ok(found, `${object.kind} ${object.metadata.name} is there`);
      if (exact) assert.deepEqual(found, object);
      else assert.partialDeepStrictEqual(found, object);
    }
  });
}

function configMap(sections: Record<string, unknown>): ConfigMap {
  const data = Object.fromEntries(Object.entries(sections).map(([key, value]) => [key, JSON.stringify(value)]));
  return { apiVersion: 'v1', kind: 'ConfigMap', metadata: { name: 'inferenceservice-config' }, data };
}
