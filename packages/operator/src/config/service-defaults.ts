import { type defaultInferenceService, presentModeName } from '@serval/api';
import type { ServingConfig } from './serving-config.ts';

/** What the configuration says about services that say nothing themselves. */
export function serviceDefaults({
  deploy,
  inferenceService,
  security,
}: ServingConfig): NonNullable<Parameters<typeof defaultInferenceService>[1]> {
  return {
    deploymentMode: presentModeName(deploy.defaultDeploymentMode),
    resources: inferenceService.resource,
    automountServiceAccountToken: security.autoMountServiceAccountToken,
  };
}
