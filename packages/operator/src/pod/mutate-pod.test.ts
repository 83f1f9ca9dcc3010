import assert from 'node:assert/strict';
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';
import type { EnvVar, Pod } from '@serval/kube/objects';
import { load } from 'js-yaml';
import { defaultServingConfig } from '../config/serving-config.ts';
import { storageRequestOf } from '../credentials/storage-request.ts';
import { mutatePod } from './mutate-pod.ts';

interface Case {
  pod: Pod;
  credentials?: EnvVar[];
  /** Without it, the Pod must come back as it is. */
  expected?: Partial<Pod>;
}
const folder = join(import.meta.dirname, 'testdata');

for (const file of readdirSync(folder)) {
  test(file.replace(/\.yaml$/, '').replaceAll('-', ' '), () => {
    const { pod, credentials = [], expected } = load(readFileSync(join(folder, file), 'utf8')) as Case;
    const before = structuredClone(pod);
    const sources = storageRequestOf(pod, 'default')?.sources ?? [];
    const mutation = {
      config: defaultServingConfig,
      delivery: { sources, env: credentials, volumes: [], volumeMounts: [] },
    };
    const mutated = mutatePod(pod, mutation);
    assert.deepEqual(pod, before, 'the input is not changed');
    assert.deepEqual(mutated.spec, expected ? expected.spec : before.spec);
    assert.deepEqual(mutatePod(mutated, mutation), mutated, 'once is enough');
  });
}
