import {
  type ClusterServingRuntime,
  defaultInferenceService,
  type InferenceService,
  type ServingRuntime,
  validateInferenceService,
} from '@serval/api';
import type { ConfigMap, KubeObject } from '@serval/kube/objects';
import { configMapName, parseServingConfig, renderInferenceService, serviceDefaults } from '@serval/operator';
import { platformObjects } from '@serval/operator/declarations';
import { CliError } from '../command/cli-error.ts';
import type { Manifest } from '../manifests/load.ts';

export interface RenderedService {
  service: InferenceService;
  objects: readonly KubeObject[];
}

/**
 * The child objects of every InferenceService among the manifests, as the operator makes them. Runtimes and
 * `inferenceservice-config` are taken from the manifests, then from what Serval brings. Needs no server.
 * Throws `CliError` BadManifest with every fault of a service, or why it cannot be served.
 */
export function renderManifests(manifests: readonly Manifest[], namespace: string): RenderedService[] {
  const of = <T extends KubeObject>(kind: string) =>
    manifests.filter(({ object }) => object.kind === kind).map(({ object }) => object as unknown as T);
  const builtin = platformObjects({ gatewayPort: 80 }).filter((object) => object.kind === 'ClusterServingRuntime');
  const own = of<ClusterServingRuntime>('ClusterServingRuntime');
  const cluster = [
    ...own,
    ...(builtin as unknown as ClusterServingRuntime[]).filter(
      (runtime) => !own.some((other) => other.metadata.name === runtime.metadata.name),
    ),
  ];
  const config = parseServingConfig(of<ConfigMap>('ConfigMap').find((found) => found.metadata.name === configMapName));
  const runtimes = of<ServingRuntime>('ServingRuntime');
  const rendered: RenderedService[] = [];
  for (const { object, where } of manifests) {
    if (object.kind !== 'InferenceService') continue;
    const placed = { ...object, metadata: { ...object.metadata, namespace: object.metadata.namespace ?? namespace } };
    const service = defaultInferenceService(placed as unknown as InferenceService, serviceDefaults(config));
    const faults = validateInferenceService(service);
    if (faults.length > 0) {
      const list = faults.map((fault) => `  ${fault.path}: ${fault.message}`).join('\n');
      throw new CliError('BadManifest', `${where}: InferenceService ${service.metadata.name} is not valid\n${list}`);
    }
    const at = service.metadata.namespace;
    const namespaced = runtimes.filter((runtime) => (runtime.metadata.namespace ?? namespace) === at);
    const result = renderInferenceService({ service, runtimes: { namespaced, cluster }, config });
    if (result.state === 'failed') {
      throw new CliError('BadManifest', `${where}: ${service.metadata.name}: ${result.reason}: ${result.message}`);
    }
    rendered.push({ service, objects: result.objects });
  }
  if (rendered.length === 0) {
    throw new CliError('BadManifest', 'no InferenceService among the manifests', {
      hint: 'name a file that holds one with -f',
    });
  }
  return rendered;
}
