export { platformDefaults, platformDefaultsV1alpha1 } from './resource.ts';
export { platformDefaultsName } from './schema.ts';
export type * from './types.ts';
export { validatePlatformDefaults } from './validate.ts';
