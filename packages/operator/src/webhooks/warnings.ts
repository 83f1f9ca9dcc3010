import { type ClusterStorageContainer, type ComponentSpec, type InferenceService, unknownScheme } from '@serval/api';
import type { KubeObject } from '@serval/kube/objects';
import { chooseStorageContainer } from '../credentials/storage-container.ts';
import type { DeploymentMode } from '../inference-service/deployment-mode.ts';

/**
 * What a service asks for that this release takes and does not act on: told when it is applied, as `Warning` headers that
 * kubectl shows. What could not be served at all is said in the status.
 */
export function inferenceServiceWarnings(
  { spec }: InferenceService,
  storageContainers: readonly ClusterStorageContainer[] = [],
  mode: DeploymentMode = 'Standard',
): string[] {
  const warnings: string[] = [];
  // Whoever serves it says what that does not act on.
  if (mode === 'ModelMesh') return warnings;
  const unserved = (path: string, effect: string) =>
    warnings.push(`${path} is not acted on by this release: ${effect}`);
  for (const name of ['predictor', 'transformer', 'explainer'] as const) {
    const component: ComponentSpec | undefined = spec?.[name];
    if (typeof component !== 'object' || component === null) continue;
    const path = `spec.${name}`;
    const share = component.canaryTrafficPercent;
    if (mode === 'Standard' && name !== 'predictor' && share !== undefined && share < 100)
      unserved(`${path}.canaryTrafficPercent`, 'the newest revision gets all traffic');
    if (component.batcher?.timeout !== undefined)
      unserved(`${path}.batcher.timeout`, 'the agent waits for batches without a limit');
    if (mode === 'Standard' && (component.scaleMetric === 'concurrency' || component.scaleMetric === 'rps')) {
      unserved(`${path}.scaleMetric`, `Kubernetes knows no ${component.scaleMetric}, so its own default is used`);
    }
  }
  const uri: unknown = spec?.predictor?.model?.storageUri;
  const scheme = typeof uri === 'string' ? unknownScheme(uri) : undefined;
  if (scheme !== undefined && !isFetched(uri as string, storageContainers)) {
    unserved('spec.predictor.model.storageUri', `its storage initializer fetches nothing from ${scheme}://`);
  }
  return warnings;
}

function isFetched(uri: string, storageContainers: readonly ClusterStorageContainer[]): boolean {
  const chosen = chooseStorageContainer(uri, undefined, storageContainers);
  return 'spec' in chosen && chosen.spec !== undefined;
}

/** Jobs that fill caches are not made by this release. */
export function storageContainerWarnings(object: KubeObject): string[] {
  const { spec } = object as ClusterStorageContainer;
  if (spec?.workloadType !== 'localModelDownloadJob') return [];
  return ['spec.workloadType localModelDownloadJob is not acted on by this release: no node caches are filled'];
}

/** Of a kind that is stored, checked and converted, and no more. */
export function storedOnlyWarning({ kind }: KubeObject): string[] {
  return [`${kind} is stored and checked, and not acted on by this release`];
}
