import { type InferenceService, stopAnnotation } from '@serval/api';
import type { ServingConfig } from '../../config/serving-config.ts';
import { deploymentModeOf } from '../../inference-service/deployment-mode.ts';
import { isExternal } from '../../inference-service/render/hosts.ts';

import { componentName } from '../../names.ts';

/** Whether a service should have children at all. */
export function isServed(service: InferenceService, config: ServingConfig): boolean {
  return (
    service.metadata.deletionTimestamp === undefined &&
    service.metadata.annotations?.[stopAnnotation]?.toLowerCase() !== 'true' &&
    deploymentModeOf(service, config) === 'Standard'
  );
}

/** Names of the routes that a service must have. */
export function expectedRoutes(service: InferenceService, config: ServingConfig): string[] {
  if (!isServed(service, config) || !isExternal(service, config) || !config.ingress.enableGatewayApi) return [];
  const name = service.metadata.name ?? '';
  return [name, componentName(name, 'predictor')];
}
