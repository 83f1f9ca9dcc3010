import { crdsFor } from '@serval/operator/declarations';
import { requireSoundDefinitions } from './definitions/definition-problems.ts';
import type { FileSet } from './file-set.ts';
import { generateCharts } from './helm/index.ts';
import { kustomizeFiles } from './kustomize/layout.ts';

/**
 * Every file of `deploy/`, from the schemas and declarations alone: the same files each time.
 * Throws `ManifestsError` BadSource for definitions that an API server would refuse.
 */
export function generateDeploy(): FileSet {
  // Which versions are served depends on the installation; the schemas do not.
  requireSoundDefinitions([...crdsFor({ bundle: 'standard' }), ...crdsFor({ bundle: 'full' })]);
  const kustomize = kustomizeFiles();
  return new Map([...kustomize, ...generateCharts(kustomize)].sort(([a], [b]) => (a < b ? -1 : 1)));
}
