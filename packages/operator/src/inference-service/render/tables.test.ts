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
import {
  applyMergePatch,
  type ConfigMap,
  type Deployment,
  type HttpRoute,
  type Json,
  type JsonObject,
  type KubeObject,
} from '@serval/kube/objects';
import { load } from 'js-yaml';
import { parseServingConfig } from '../../config/parse-config.ts';
import { builtInServingRuntimes } from '../../declarations/serving-runtimes.ts';
import { type DescribedGateway, describedCapabilities } from '../../gateway/testing.ts';
import { type Rendered, renderInferenceService } from './render-inference-service.ts';

/**
 * A table of rules. It begins with a service and every object that is made of it, in full, by `Kind name` (`KnativeService` is Knative's). Each case changes the
 * service, the configuration or what is observed, and says what becomes different: `objects` are merge patches over those of the
 * table, null for what is not made. An object that the table has not is written in full, or as a patch over one that it is `like`,
 * under its own name. All objects of each case are compared in full, and there may be no others.
 */
interface Table {
  service: InferenceService;
  /** Default: what Serval brings. */
  runtimes?: ClusterServingRuntime[];
  config?: JsonObject;
  objects: JsonObject;
  cases: Case[];
}

interface Case {
  rule: string;
  service?: JsonObject;
  runtimes?: ClusterServingRuntime[];
  /** Of the service's namespace. */
  namespacedRuntimes?: ServingRuntime[];
  config?: JsonObject;
  /** Live objects, by `Kind name`: patches over those of the table, so that only their state is written; or the word `available`. */
  observed?: Record<string, JsonObject | 'available'>;
  objects?: Record<string, JsonObject | null>;
  /** Default true. */
  hasKeda?: boolean;
  hasKnative?: boolean;
  /** Where routes go; default what `serval up` brings along. */
  gateway?: DescribedGateway;
  /** What is told to be lost; compared whenever it or a gateway is written. */
  losses?: { what: string; why: string }[];
  /** Of routes by name: the Services of the last rule with their weights. */
  backends?: Record<string, Record<string, number>>;
  failed?: Partial<Extract<Rendered, { state: 'failed' }>>;
}

const folder = join(import.meta.dirname, 'testdata/tables');
const tables = readdirSync(folder)
  .filter((name) => name.endsWith('.yaml'))
  .map((file) => ({
    name: file.replace(/\.yaml$/, '').replaceAll('-', ' '),
    table: load(readFileSync(join(folder, file), 'utf8')) as Table,
  }));

for (const { name, table } of tables) {
  test(name, async (t) => {
    assert.equal(new Set(table.cases.map(({ rule }) => rule)).size, table.cases.length, 'each rule is there once');
    await t.test('the objects of the table', () => check(table, { rule: '' }));
    for (const row of table.cases) await t.test(row.rule, () => check(table, row));
  });
}

/** Cases of each heading, with the one that a table begins with; `canary list` is of `canary`. */
const headings = {
  predictor: 15,
  transformer: 15,
  explainer: 10,
  canary: 25,
  autoscaler: 15,
  route: 20,
  ingress: 8,
  knative: 15,
  'multi node': 15,
} as const;

test('every heading has its cases, and no two cases of a table are the same', () => {
  const counts = Object.fromEntries(
    Object.keys(headings).map((heading) => {
      const ofHeading = tables.filter(({ name }) => name === heading || name.startsWith(`${heading} `));
      return [heading, ofHeading.reduce((sum, { table }) => sum + table.cases.length + 1, 0)];
    }),
  );
  for (const [heading, least] of Object.entries(headings)) {
    assert.ok((counts[heading] ?? 0) >= least, `${heading} has ${counts[heading]} cases, it should have ${least}`);
  }
  const sum = Object.values(counts).reduce((all, count) => all + count, 0);
  assert.ok(sum >= 120, `there are ${sum} cases: ${JSON.stringify(counts)}`);
  for (const { name, table } of tables) {
    const inputs = table.cases.map((row) =>
      JSON.stringify({ ...row, rule: '', objects: {}, backends: {}, losses: [] }),
    );
    const twice = table.cases.filter((_, index) => inputs.indexOf(inputs[index] ?? '') !== index);
    assert.deepEqual(
      twice.map(({ rule }) => rule),
      [],
      `${name}: there before, under another rule`,
    );
  }
});

function check(table: Table, row: Case): void {
  const service = defaultInferenceService(patched<InferenceService>(table.service, row.service));
  assert.deepEqual(validateInferenceService(service), []);
  const before = structuredClone(service);
  const rendered = renderInferenceService({
    service,
    runtimes: {
      namespaced: row.namespacedRuntimes ?? [],
      cluster: row.runtimes ?? table.runtimes ?? builtInServingRuntimes(),
    },
    config: parseServingConfig(configMap(patched<JsonObject>(table.config ?? {}, row.config))),
    observed: observedOf(table, row),
    ...(row.gateway ? { capabilities: describedCapabilities(row.gateway) } : {}),
  });
  assert.deepEqual(service, before, 'the service is not changed');
  if (row.failed) {
    assert.deepEqual(rendered, { state: 'failed', ...row.failed });
    return;
  }
  assert.notEqual(rendered.state, 'failed', JSON.stringify(rendered));
  const objects = rendered.state === 'failed' ? [] : rendered.objects;
  if (row.gateway || row.losses) {
    assert.deepEqual(rendered.state === 'serving' ? rendered.losses : [], row.losses ?? []);
  }
  const expected = expectedOf(table, row);
  assert.deepEqual(Object.fromEntries(objects.map((object) => [keyOf(object), object])), expected);
}

function expectedOf(table: Table, { objects = {}, backends = {} }: Case): Record<string, KubeObject> {
  const expected = structuredClone(table.objects) as unknown as Record<string, KubeObject>;
  for (const [key, change] of Object.entries(objects)) {
    if (change === null) {
      assert.ok(delete expected[key]);
      continue;
    }
    const { like, ...patch } = change;
    const base = typeof like === 'string' ? renamed(table, like, nameOf(key)) : (table.objects[key] ?? {});
    expected[key] = patched<KubeObject>(base, patch);
  }
  for (const [route, weights] of Object.entries(backends)) {
    const rule = (expected[`HTTPRoute ${route}`] as HttpRoute).spec.rules?.at(-1);
    assert.ok(rule);
    rule.backendRefs = Object.entries(weights).map(([name, weight]) => ({
      group: '',
      kind: 'Service',
      namespace: 'default',
      name,
      port: 80,
      weight,
    }));
  }
  return expected;
}

/** An object of the table under another name, wherever the name is written in it. */
function renamed(table: Table, key: string, name: string): KubeObject {
  assert.ok(table.objects[key], `${key} is in the table`);
  return JSON.parse(JSON.stringify(table.objects[key]).replaceAll(nameOf(key), name)) as KubeObject;
}

function nameOf(key: string): string {
  return key.split(' ')[1] ?? '';
}

const available = {
  metadata: { generation: 1 },
  status: { observedGeneration: 1, replicas: 1, updatedReplicas: 1, readyReplicas: 1, availableReplicas: 1 },
};

function observedOf(table: Table, { observed: live = {}, hasKeda = true, hasKnative = true }: Case) {
  const objects = Object.entries(live).map(([key, patch]) => {
    const kind = key.split(' ')[0] ?? '';
    const known = Object.keys(table.objects).find((candidate) => candidate.startsWith(`${kind} `)) ?? '';
    const base = table.objects[key] ?? renamed(table, known, nameOf(key));
    return patched<KubeObject>(base, patch === 'available' ? available : patch);
  });
  const ofKind = <T extends KubeObject>(kind: string) =>
    new Map(
      objects.filter((object) => object.kind === kind).map((object) => [object.metadata.name ?? '', object as T]),
    );
  return { deployments: ofKind<Deployment>('Deployment'), routes: ofKind<HttpRoute>('HTTPRoute'), hasKeda, hasKnative };
}

function patched<T>(base: unknown, patch: JsonObject | undefined): T {
  return applyMergePatch(structuredClone(base) as Json, patch ?? {}) as unknown as T;
}

/** Knative has a kind called Service, too. */
function keyOf({ apiVersion, kind, metadata }: KubeObject): string {
  return `${apiVersion.startsWith('serving.knative.dev/') ? 'Knative' : ''}${kind} ${metadata.name}`;
}

function configMap(sections: JsonObject): ConfigMap {
  const data = Object.fromEntries(Object.entries(sections).map(([key, value]) => [key, JSON.stringify(value)]));
  return { apiVersion: 'v1', kind: 'ConfigMap', metadata: { name: 'inferenceservice-config' }, data };
}
