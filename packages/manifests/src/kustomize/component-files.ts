import { type Files, kustomizationOf, stageFiles } from './files.ts';
import { component } from './kustomization.ts';
import type { Stage } from './stages.ts';

/** A component that does what a stage does. */
export function componentFiles(folder: string, stage: Stage, ...about: string[]): Files {
  const { files, resources, patches } = stageFiles(folder, stage);
  const content = component({
    ...(resources.length > 0 ? { resources } : {}),
    ...(patches.length > 0 ? { patches } : {}),
  });
  return [...kustomizationOf(folder, content, ...about), ...files];
}
