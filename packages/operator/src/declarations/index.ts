export {
  configMapName,
  defaultGatewayName,
  defaultNamespace,
  defaultServingConfig,
  type ServingConfig,
} from '../config/serving-config.ts';
export { fieldManager, serviceLabel } from '../names.ts';
export { webhookPaths } from '../webhooks/paths.ts';
export * from './config-map.ts';
export * from './gateway.ts';
export * from './platform-objects.ts';
export * from './rbac.ts';
export * from './serving-runtimes.ts';
export * from './webhooks.ts';
