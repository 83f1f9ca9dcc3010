import assert from 'node:assert/strict';
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';
import type { ClusterStorageContainer, PredictorSpec } from '@serval/api';
import type { ConfigMap, KubeObject } from '@serval/kube/objects';
import { load } from 'js-yaml';
import { parseServingConfig } from '../config/parse-config.ts';
import type { Delivery } from './delivery.ts';
import { resolveDelivery } from './resolve-delivery.ts';
import { storageAnnotations, storageRequestOf } from './storage-request.ts';

/**
 * Each file is one rule: what a predictor says and which objects there are, and what its Pods get or what is wrong. Values of
 * Secrets are written as `stringData`. Of a delivery only the fields that are written are compared.
 */
interface Case {
  predictor: PredictorSpec;
  /** Of the service. */
  annotations?: Record<string, string>;
  config?: Record<string, unknown>;
  storageContainers?: ClusterStorageContainer[];
  objects?: (KubeObject & { stringData?: Record<string, string> })[];
  expected?: Partial<Delivery>;
  refused?: string[];
}

const folder = join(import.meta.dirname, 'testdata');
/** In every value that must never be seen outside of its Secret. */
const sentinel = 'hunter2';

for (const file of readdirSync(folder)) {
  test(file.replace(/\.yaml$/, '').replaceAll('-', ' '), async () => {
    const {
      predictor,
      annotations,
      config,
      storageContainers = [],
      objects = [],
      expected,
      refused,
    } = load(readFileSync(join(folder, file), 'utf8')) as Case;
    const request = storageRequestOf(
      { metadata: { annotations: { ...annotations, ...storageAnnotations(predictor) } }, spec: predictor },
      'team',
    );
    assert.ok(request, 'something is asked for');
    const decision = await resolveDelivery(
      request,
      {
        config: parseServingConfig(config ? configMap(config) : undefined),
        home: 'serval-system',
        storageContainers,
        now: new Date('2026-01-01T00:00:00Z'),
      },
      async ({ kind, namespace, name }) => {
        const found = objects.find(
          (object) =>
            object.kind === kind &&
            object.metadata.name === name &&
            (object.metadata.namespace ?? 'team') === namespace,
        );
        return found && encoded(found);
      },
      new AbortController().signal,
    );
    assert.ok(!JSON.stringify(decision).includes(sentinel), 'no value of a Secret is told');
    if (refused) {
      const { problems = [] } = decision.state === 'refused' ? decision : {};
      assert.deepEqual(
        problems.map((problem, index) => (matches(problem, refused[index]) ? refused[index] : problem)),
        refused,
      );
    } else {
      assert.equal(decision.state, 'delivered', JSON.stringify(decision));
      const { delivery } = decision as { delivery: Delivery };
      for (const [field, value] of Object.entries(expected ?? {})) {
        assert.deepEqual(delivery[field as keyof Delivery], value, field);
      }
    }
  });
}

/** Of what others word, an expression between slashes says what matters. */
function matches(problem: string, wanted = ''): boolean {
  const expression = /^\/(.*)\/$/s.exec(wanted)?.[1];
  return expression === undefined ? problem === wanted : new RegExp(expression).test(problem);
}

function encoded({ stringData, ...object }: KubeObject & { stringData?: Record<string, string> }): KubeObject {
  const data = Object.entries(stringData ?? {}).map(([key, text]) => [key, Buffer.from(text).toString('base64')]);
  return object.kind === 'Secret' ? ({ ...object, data: Object.fromEntries(data) } as KubeObject) : object;
}

function configMap(sections: Record<string, unknown>): ConfigMap {
  const data = Object.fromEntries(Object.entries(sections).map(([key, value]) => [key, JSON.stringify(value)]));
  return { apiVersion: 'v1', kind: 'ConfigMap', metadata: { name: 'inferenceservice-config' }, data };
}
