import { deploymentModeAnnotation, type InferenceService, presentModeName } from '@serval/api';
import type { ServingConfig } from '../config/serving-config.ts';

const modes = ['Standard', 'Knative', 'ModelMesh'] as const;
export type DeploymentMode = (typeof modes)[number];

/**
 * How a service is run (KServe's order): as it ran once, as its annotation says, as the configuration says. Old names are the same as new
 * ones, and a word that names no mode says nothing.
 */
export function deploymentModeOf(
  { metadata, status }: Pick<InferenceService, 'metadata' | 'status'>,
  { deploy }: { readonly deploy: Pick<ServingConfig['deploy'], 'defaultDeploymentMode'> },
): DeploymentMode {
  const said = [status?.deploymentMode, metadata.annotations?.[deploymentModeAnnotation], deploy.defaultDeploymentMode];
  for (const name of said) {
    const mode = modes.find((known) => known === presentModeName(name ?? ''));
    if (mode) return mode;
  }
  return 'Standard';
}
