import { requireSoundDefinitions } from './definitions/definition-problems.ts';
import type { FileSet } from './file-set.ts';
import { generateCharts } from './helm/index.ts';
import { kustomizeFiles } from './kustomize/layout.ts';
import { allDefinitions } from './objects/definitions.ts';
import { generateSchemas } from './schemas/generate-schemas.ts';

/**
 * Every file of `deploy/`, from the schemas and declarations alone: the same files each time.
 * Throws `ManifestsError` BadSource for definitions that an API server would refuse.
 */
export function generateDeploy(): FileSet {
  // Which versions are served depends on the installation; the schemas do not.
  const definitions = allDefinitions();
  requireSoundDefinitions([...definitions.standard, ...definitions.full]);
  const kustomize = kustomizeFiles(definitions);
  const files = [...kustomize, ...generateCharts(kustomize), ...generateSchemas()];
  return new Map(files.sort(([a], [b]) => (a < b ? -1 : 1)));
}
