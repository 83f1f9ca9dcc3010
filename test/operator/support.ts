import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { TestContext } from 'node:test';
import { clusterServingRuntimes, customResourceDefinitions } from '@serval/api';
import { startEngine } from '@serval/engine';
import { type Client, createClient, silentLog } from '@serval/kube/client';
import {
  type AnyObject,
  apiVersionOf,
  configMaps,
  defineResource,
  gatewayClasses,
  gateways,
  type JsonObject,
  type KubeObject,
  namespaces,
  type Resource,
} from '@serval/kube/objects';
import { type Operator, startOperator } from '@serval/operator';
import { platformObjects } from '@serval/operator/declarations';

const admission = (plural: string, kind: string) =>
  defineResource<KubeObject>({ group: 'admissionregistration.k8s.io', version: 'v1', plural, kind, namespaced: false });

const resources: readonly Resource[] = [
  namespaces,
  customResourceDefinitions,
  gatewayClasses,
  gateways,
  configMaps,
  clusterServingRuntimes,
  admission('mutatingwebhookconfigurations', 'MutatingWebhookConfiguration'),
  admission('validatingwebhookconfigurations', 'ValidatingWebhookConfiguration'),
];

export function resourceOf(object: KubeObject): Resource<KubeObject> {
  const found = resources.find(
    (resource) => resource.kind === object.kind && apiVersionOf(resource) === object.apiVersion,
  );
  if (!found) throw new Error(`no resource for ${object.apiVersion} ${object.kind}`);
  return found as Resource<KubeObject>;
}

export interface TestPlatform {
  client: Client;
  operator: Operator;
  /** Requests that changed something, by the operator. */
  writes: string[];
}

/** A real engine with the platform's objects in it and the operator on it, gone with the test. Nothing runs Pods. */
export async function startTestPlatform(t: TestContext): Promise<TestPlatform> {
  const dataDir = await mkdtemp(join(tmpdir(), 'serval-operator-'));
  t.after(() => rm(dataDir, { recursive: true, force: true }));
  let operator: Operator | undefined;
  const engine = await startEngine({
    dataDir,
    log: silentLog,
    callService: async ({ path }, body) => {
      if (!operator) throw new Error('the operator has not started');
      return (await operator.webhooks(path, body)) as unknown as JsonObject;
    },
  });
  t.after(() => engine.close());
  const client = createClient({ transport: engine.handle, fieldManager: 'test' });
  for (const object of platformObjects({ gatewayPort: 18080 })) {
    await client.apply(resourceOf(object), object as AnyObject, { force: true });
  }
  const writes: string[] = [];
  const counting = createClient({
    fieldManager: 'serval',
    transport: (request) => {
      if (request.method !== 'GET' && !request.path.includes('/events'))
        writes.push(`${request.method} ${request.path.split('?')[0]}`);
      return engine.handle(request);
    },
  });
  operator = startOperator({ client: counting, log: silentLog });
  t.after(() => operator?.close());
  await operator.ready;
  return { client, operator, writes };
}
