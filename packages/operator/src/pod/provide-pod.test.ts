import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';
import { applyMergePatch, type Container, type JsonObject, type KubeObject, type Pod } from '@serval/kube/objects';
import { load } from 'js-yaml';
import { parseServingConfig } from '../config/parse-config.ts';
import { referenceId } from '../credentials/lookup.ts';
import { providePod } from './provide-pod.ts';

/** `pod` and `agent` of a case are patches over those of the table; `agent: null` says that there is none. */
interface Table {
  pod: JsonObject;
  agent: JsonObject;
  cases: Case[];
}
interface Case {
  rule: string;
  annotations?: Record<string, string>;
  pod?: JsonObject;
  config?: Record<string, unknown>;
  /** All objects that may be looked at. */
  known?: KubeObject[];
  agent?: JsonObject | null;
  /** Of the specification, beside the agent. */
  expected?: JsonObject;
  /** Annotations that the Pod gets. */
  told?: Record<string, string>;
  refused?: string[];
}

const table = load(readFileSync(join(import.meta.dirname, 'tables/agent.yaml'), 'utf8')) as Table;

for (const { rule, annotations = {}, pod: patch = {}, config = {}, known = [], agent = {}, ...row } of table.cases) {
  test(rule, async () => {
    const pod = patched<Pod>(patched(table.pod, patch), { metadata: { annotations } });
    const before = structuredClone(pod);
    const context = { config: configOf(config), home: 'serval-system', storageContainers: [], now: new Date(0) };
    const objects = new Map(known.map((object) => [idOf(object), object]));
    const read = async (reference: Parameters<typeof referenceId>[0]) => objects.get(referenceId(reference));
    const provide = (given: Pod) => providePod(given, 'default', context, read, AbortSignal.timeout(10_000));
    const provided = await provide(pod);
    assert.deepEqual(pod, before, 'the input is not changed');
    if (row.refused) {
      assert.deepEqual(provided, { state: 'refused', problems: row.refused });
      return;
    }
    assert.ok(provided.state === 'provided', JSON.stringify(provided));
    const { metadata, spec } = patched<Pod>(before, { spec: row.expected ?? {} });
    const added = agent === null ? [] : [patched<Container>(table.agent, agent)];
    assert.deepEqual(provided.pod.spec, { ...spec, containers: [...spec.containers, ...added] });
    assert.deepEqual(provided.pod.metadata.annotations, { ...metadata.annotations, ...row.told });
    assert.doesNotMatch(JSON.stringify(provided.pod), /sentinel|c2VudGluZWw/, 'no value of a Secret');
    assert.deepEqual(await provide(provided.pod), provided, 'once is enough');
  });
}

function idOf({ kind, metadata }: KubeObject): string {
  return `${kind}/${metadata.namespace}/${metadata.name}`;
}

function patched<T>(base: unknown, patch: JsonObject): T {
  return applyMergePatch(structuredClone(base) as JsonObject, patch) as unknown as T;
}

function configOf(sections: Record<string, unknown>) {
  const data = Object.fromEntries(Object.entries(sections).map(([key, value]) => [key, JSON.stringify(value)]));
  return parseServingConfig({ apiVersion: 'v1', kind: 'ConfigMap', metadata: {}, data });
}
