import { type InferenceService, stopAnnotation } from '@serval/api';

/** A custom predictor names its model in this variable (KServe). */
const uriVariable = 'STORAGE_URI';

/**
 * Whether Pods of the service fetch a model, and so have to trust the platform's certificates. A certificate of the storage's own
 * changes nothing: all of them are trusted together. A claim is mounted and needs none.
 */
export function needsGlobalBundle({ metadata, spec }: InferenceService): boolean {
  if (metadata.deletionTimestamp || metadata.annotations?.[stopAnnotation]?.toLowerCase() === 'true') return false;
  const { model, storageUris = [], containers = [] } = spec.predictor;
  const uris = [
    model?.storageUri,
    ...storageUris.map(({ uri }) => uri),
    ...containers.flatMap(({ env = [] }) => env.filter(({ name }) => name === uriVariable).map(({ value }) => value)),
  ];
  return model?.storage !== undefined || uris.some((uri) => uri !== undefined && !uri.startsWith('pvc://'));
}
