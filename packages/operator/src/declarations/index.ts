export { configReference, type SectionReference } from '../config/config-reference.ts';
export { ConfigError, parseServingConfig } from '../config/parse-config.ts';
export {
  configMapName,
  defaultGatewayName,
  defaultNamespace,
  defaultServingConfig,
  type ServingConfig,
} from '../config/serving-config.ts';
export { type Implementation, implementations } from '../gateway/implementations.ts';
export {
  type GatewayPreset,
  gatewayPresetOf,
  gatewayPresets,
  presetControllerName,
  presetGatewayName,
  presetObjects,
} from '../gateway/presets.ts';
export { fieldManager, serviceLabel } from '../names.ts';
export { parseNamespaceList } from '../scope/namespace-list.ts';
export { caBundleLabel, halfSourceAnnotation, storageConfigLabel } from '../storage-config/names.ts';
export { defaultingPath, validatingPath, webhookPaths } from '../webhooks/paths.ts';
export * from './access.ts';
export * from './config-map.ts';
export * from './conversion.ts';
export * from './gateway.ts';
export * from './installed-names.ts';
export * from './operator-flags.ts';
export * from './platform-objects.ts';
export * from './rbac.ts';
export * from './serving-runtimes.ts';
export * from './webhook-address.ts';
export * from './webhooks.ts';
