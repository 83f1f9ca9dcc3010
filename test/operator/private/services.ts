import { type InferenceService, inferenceServices, type ServingRuntime, servingRuntimes } from '@serval/api';
import type { Client } from '@serval/kube/client';
import { builtInServingRuntimes } from '@serval/operator/declarations';

export const namespaceObject = (name: string) => ({ apiVersion: 'v1', kind: 'Namespace', metadata: { name } });

/** A runtime of the namespace, and a service that it serves. */
export async function createService(client: Client, namespace: string, name = 'iris'): Promise<void> {
  const [runtime] = builtInServingRuntimes();
  if (!runtime) throw new Error('there is no built-in runtime');
  const metadata = { ...runtime.metadata, namespace };
  await client.apply(servingRuntimes, { ...runtime, kind: 'ServingRuntime', metadata } as ServingRuntime, {
    force: true,
  });
  await client.create(inferenceServices, serviceIn(namespace, name));
}

export function serviceIn(namespace: string, name: string): InferenceService {
  return {
    apiVersion: 'serving.kserve.io/v1beta1',
    kind: 'InferenceService',
    metadata: { namespace, name },
    spec: { predictor: { model: { modelFormat: { name: 'xgboost' }, storageUri: 's3://models/iris' } } },
  } as InferenceService;
}
