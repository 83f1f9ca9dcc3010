export {
  type DockerConfig,
  type DockerConfigFormat,
  type DockerConfigProblem,
  parseDockerConfig,
  type RegistryCredential,
  type RegistryEntry,
} from './docker-config.ts';
export { type ImageReference, parseImageReference } from './image-reference.ts';
export { matchRegistryEntries } from './match.ts';
export { parseRegistryKey, type RegistryKey } from './registry-key.ts';
export {
  hostOfScope,
  hostsCover,
  hostsOverlap,
  keyOfScope,
  narrowScope,
  parseRegistryScope,
  type RegistryScope,
} from './scope.ts';
