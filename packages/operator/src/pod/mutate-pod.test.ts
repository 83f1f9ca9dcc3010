import assert from 'node:assert/strict';
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';
import type { Pod } from '@serval/kube/objects';
import { load } from 'js-yaml';
import { defaultServingConfig } from '../config/serving-config.ts';
import type { Delivery } from '../credentials/delivery.ts';
import { storageRequestOf } from '../credentials/storage-request.ts';
import { mutatePod } from './mutate-pod.ts';

interface Case {
  pod: Pod;
  delivery?: Partial<Delivery>;
  /** Without it, the Pod must come back as it is. */
  expected?: Partial<Pod>;
}
const folder = join(import.meta.dirname, 'testdata');

for (const file of readdirSync(folder)) {
  test(file.replace(/\.yaml$/, '').replaceAll('-', ' '), () => {
    const { pod, delivery, expected } = load(readFileSync(join(folder, file), 'utf8')) as Case;
    const before = structuredClone(pod);
    const { sources = [], listed = false } = storageRequestOf(pod, 'default') ?? {};
    const mutation = {
      config: defaultServingConfig,
      delivery: { sources, listed, env: [], volumes: [], volumeMounts: [], ...delivery },
    };
    const mutated = mutatePod(pod, mutation);
    assert.deepEqual(pod, before, 'the input is not changed');
    assert.deepEqual(mutated.spec, expected ? expected.spec : before.spec);
    assert.deepEqual(mutatePod(mutated, mutation), mutated, 'once is enough');
  });
}
