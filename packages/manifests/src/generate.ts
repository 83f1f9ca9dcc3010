import type { FileSet } from './file-set.ts';
import { kustomizeFiles } from './kustomize/layout.ts';

/** Every file of `deploy/`, from the schemas and declarations alone: the same files each time. */
export function generateDeploy(): FileSet {
  const kustomize = kustomizeFiles();
  return new Map([...kustomize].sort(([a], [b]) => (a < b ? -1 : 1)));
}
