import assert from 'node:assert/strict';
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { type TestContext, test } from 'node:test';
import {
  type ClusterServingRuntime,
  customResourceDefinitions,
  defaultInferenceService,
  gatewayApiCrds,
  type InferenceService,
  type ServingRuntime,
} from '@serval/api';
import { createClient } from '@serval/kube/client';
import {
  applyMergePatch,
  type ConfigMap,
  type Json,
  type JsonObject,
  type KubeObject,
  namespaces,
} from '@serval/kube/objects';
import { builtInServingRuntimes } from '@serval/operator/declarations';
import { load } from 'js-yaml';
import { parseServingConfig } from '../../packages/operator/src/config/parse-config.ts';
import { childOf } from '../../packages/operator/src/inference-service/children.ts';
import { renderInferenceService } from '../../packages/operator/src/inference-service/render/render-inference-service.ts';
import { scaledObjectDefinition } from '../operator/keda-definition.ts';
import { startTestApiServer, underTest } from '../support/api-server.ts';
import { eventually } from '../support/eventually.ts';
import { applyCrds } from './apply-crds.ts';

/** What the rules of rendering are written for, as their tests read it. */
interface Input {
  service: InferenceService;
  runtimes?: ServingRuntime[];
  clusterRuntimes?: ClusterServingRuntime[];
  config?: JsonObject;
}

const testdata = join(import.meta.dirname, '../../packages/operator/src/inference-service/render/testdata');
const skip = underTest ? false : 'KUBECONFIG names no cluster: no API server but the embedded one was asked';

test('an API server knows every field of every object that is made of services', { skip }, async (t) => {
  const apiServer = await startTestApiServer(t, async () => assert.fail('nobody is to be asked'));
  t.after(() => apiServer.close());
  const client = createClient({ transport: apiServer.transport, fieldManager: 'serval' });
  await applyCrds(client, [...gatewayApiCrds(), scaledObjectDefinition]);
  const kinds = new Map<string, number>();
  const unserved = new Set<string>();
  const refused: string[] = [];
  const objects = distinctObjects(t);
  const elsewhere = new Set(
    objects.map(({ metadata }) => metadata.namespace ?? '').filter((name) => name !== 'default'),
  );
  for (const name of elsewhere)
    await client.create(namespaces, { apiVersion: 'v1', kind: 'Namespace', metadata: { name } });
  for (const object of objects) {
    const { resource } = childOf(object);
    try {
      await eventually(
        () => client.apply(resource, object, { force: true, dryRun: true, fieldValidation: 'Strict' }),
        0,
      );
      kinds.set(object.kind, (kinds.get(object.kind) ?? 0) + 1);
    } catch (error) {
      if (!(await isServed(client, resource.plural, resource.group))) unserved.add(object.kind);
      else refused.push(`${object.kind} ${object.metadata.name}: ${String(error)}`);
    }
  }
  t.diagnostic(`taken: ${[...kinds].map(([kind, count]) => `${count} ${kind}`).join(', ')}`);
  if (unserved.size > 0) t.diagnostic(`not served here: ${[...unserved].join(', ')}`);
  assert.deepEqual(refused, []);
  for (const kind of ['Deployment', 'Service', 'HorizontalPodAutoscaler', 'HTTPRoute', 'Ingress']) {
    assert.ok((kinds.get(kind) ?? 0) > 0, `there was a ${kind}`);
  }
});

async function isServed(client: ReturnType<typeof createClient>, plural: string, group: string): Promise<boolean> {
  if (!group.includes('.')) return true;
  const { items } = await client.list(customResourceDefinitions);
  return group.endsWith('.k8s.io') || items.some(({ metadata }) => metadata.name === `${plural}.${group}`);
}

function distinctObjects(t: TestContext): KubeObject[] {
  const objects = new Map<string, KubeObject>();
  let inputs = 0;
  for (const input of allInputs()) {
    const { service, runtimes = [], clusterRuntimes = builtInServingRuntimes(), config = {} } = input;
    const rendered = renderInferenceService({
      service: defaultInferenceService({
        ...service,
        apiVersion: 'serving.kserve.io/v1beta1',
        kind: 'InferenceService',
        // Of another type in YAML, which nobody but an API server minds.
        metadata: { namespace: 'default', ...service.metadata, uid: 'a-service' },
      }),
      runtimes: { namespaced: runtimes, cluster: clusterRuntimes },
      config: parseServingConfig(configMap(config)),
    });
    if (rendered.state !== 'serving') continue;
    inputs += 1;
    for (const object of rendered.objects) objects.set(JSON.stringify(object), object);
  }
  t.diagnostic(`${objects.size} distinct objects of ${inputs} services`);
  return [...objects.values()];
}

/** Of rules of a file each, and of tables, each case. */
function* allInputs(): Generator<Input> {
  for (const file of yamlFiles(testdata)) yield load(readFileSync(file, 'utf8')) as Input;
  for (const file of yamlFiles(join(testdata, 'tables'))) {
    const table = load(readFileSync(file, 'utf8')) as Input & { cases: Input[]; runtimes: ClusterServingRuntime[] };
    for (const row of [{}, ...table.cases] as Partial<typeof table>[]) {
      yield {
        service: patched<InferenceService>(table.service, row.service),
        clusterRuntimes: row.runtimes ?? table.runtimes,
        config: patched<JsonObject>(table.config ?? {}, row.config),
      };
    }
  }
}

function yamlFiles(folder: string): string[] {
  return readdirSync(folder)
    .filter((name) => name.endsWith('.yaml'))
    .map((name) => join(folder, name));
}

function patched<T>(base: unknown, patch: unknown): T {
  return applyMergePatch(structuredClone(base) as Json, (patch ?? {}) as Json) as unknown as T;
}

function configMap(sections: JsonObject): ConfigMap {
  const data = Object.fromEntries(Object.entries(sections).map(([key, value]) => [key, JSON.stringify(value)]));
  return { apiVersion: 'v1', kind: 'ConfigMap', metadata: { name: 'inferenceservice-config' }, data };
}
