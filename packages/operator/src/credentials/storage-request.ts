import type { PredictorSpec } from '@serval/api';
import type { Pod } from '@serval/kube/objects';
import {
  modelMountPath,
  schemePlaceholder,
  sourceUriAnnotation,
  storageContainerAnnotation,
  storageSchemaAnnotation,
  storageSpecAnnotation,
  storageSpecKeyAnnotation,
  storageSpecParametersAnnotation,
  storageUrisAnnotation,
} from '../names.ts';

/** One source of a model and the folder that it is placed in. */
export interface Source {
  readonly uri: string;
  readonly mountPath: string;
}

/** What a Pod asks to have fetched, before anything is looked up. */
export interface StorageRequest {
  readonly namespace: string;
  readonly serviceAccountName: string;
  readonly annotations: Readonly<Record<string, string>>;
  /** Never empty. A URI may begin with the placeholder for what only the storage entry knows. */
  readonly sources: readonly Source[];
  /** Whether they were written as a list, whose folders share one volume. */
  readonly listed: boolean;
  /** The one that must fetch it, where the service names one. */
  readonly storageContainerName?: string;
  /** Of `model.storage`, where the service has one. */
  readonly entry?: {
    readonly key: string;
    readonly parameters: Readonly<Record<string, string>>;
    /** Of the model's schema, in the same store. */
    readonly schemaPath?: string;
  };
}

/**
 * Where the predictor's model is, as annotations of its Pod template. Those of one source are KServe's, letter for letter, so
 * that its Deployments are taken over without a new Pod.
 */
export function storageAnnotations({
  model,
  storageUris,
  storageContainerName,
}: PredictorSpec): Record<string, string> {
  const annotations: Record<string, string> = {};
  if (storageContainerName) annotations[storageContainerAnnotation] = storageContainerName;
  const storage = model?.storage;
  if (storage) {
    annotations[storageSpecAnnotation] = 'true';
    if (storage.parameters) annotations[storageSpecParametersAnnotation] = sortedJson(storage.parameters);
    if (storage.key !== undefined) annotations[storageSpecKeyAnnotation] = storage.key;
    if (storage.schemaPath) annotations[storageSchemaAnnotation] = storage.schemaPath;
    if (storage.path !== undefined) {
      annotations[sourceUriAnnotation] = `${schemePlaceholder}${storage.path.replace(/^\//, '')}`;
    }
  }
  if (model?.storageUri) annotations[sourceUriAnnotation] = model.storageUri;
  if (storageUris) {
    annotations[storageUrisAnnotation] = JSON.stringify(
      storageUris.map(({ uri, mountPath = modelMountPath }) => ({ uri, mountPath })),
    );
  }
  return annotations;
}

/** The inverse, for a Pod or the template of one; nothing where it asks for no model. */
export function storageRequestOf(
  { metadata, spec }: { metadata?: Pod['metadata']; spec: Pick<Pod['spec'], 'serviceAccountName'> },
  namespace: string,
): StorageRequest | undefined {
  const annotations = metadata?.annotations ?? {};
  const list = parseSources(annotations[storageUrisAnnotation]);
  const single = annotations[sourceUriAnnotation];
  const sources = list ?? (single ? [{ uri: single, mountPath: modelMountPath }] : []);
  if (sources.length === 0) return undefined;
  return {
    namespace,
    serviceAccountName: spec.serviceAccountName || 'default',
    annotations,
    sources,
    listed: list !== undefined,
    ...(annotations[storageContainerAnnotation]
      ? { storageContainerName: annotations[storageContainerAnnotation] }
      : {}),
    ...(annotations[storageSpecAnnotation] === 'true'
      ? {
          entry: {
            key: annotations[storageSpecKeyAnnotation] ?? '',
            parameters: (parseJson(annotations[storageSpecParametersAnnotation]) ?? {}) as Record<string, string>,
            ...(annotations[storageSchemaAnnotation] ? { schemaPath: annotations[storageSchemaAnnotation] } : {}),
          },
        }
      : {}),
  };
}

function parseSources(text: string | undefined): Source[] | undefined {
  const value = parseJson(text);
  return Array.isArray(value) && value.length > 0 ? (value as Source[]) : undefined;
}

/** Nobody but the operator writes these annotations; what somebody else put there says nothing. */
function parseJson(text: string | undefined): unknown {
  if (text === undefined) return undefined;
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}

/** As Go writes maps. */
function sortedJson(map: Readonly<Record<string, string>>): string {
  return JSON.stringify(Object.fromEntries(Object.entries(map).sort(([a], [b]) => (a < b ? -1 : 1))));
}
