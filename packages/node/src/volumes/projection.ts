import type { KeyToPath, Pod, Volume } from '@serval/kube/objects';
import { type ConfigSource, containersOf } from '../container/environment.ts';
import { fieldValue, type PodFacts, resourceFieldValue } from '../container/field-path.ts';
import { NodeError } from '../errors.ts';
import { checkRelativePath, configMapData, defaultFileMode, type Payload, payloadOf, secretData } from './payload.ts';

interface DownwardItem {
  path: string;
  mode?: number;
  fieldRef?: { fieldPath: string };
  resourceFieldRef?: { containerName?: string; resource: string; divisor?: string | number };
}
interface ProjectedSource {
  secret?: { name?: string; items?: KeyToPath[]; optional?: boolean };
  configMap?: { name?: string; items?: KeyToPath[]; optional?: boolean };
  downwardAPI?: { items?: DownwardItem[] };
  [other: string]: unknown;
}

/** Kinds of volumes whose files are made from API objects, and so follow them. */
export function isProjection(volume: Volume): boolean {
  return Boolean(volume.secret ?? volume.configMap ?? volume.downwardAPI ?? volume.projected);
}

/**
 * The files of a secret, configMap, downwardAPI or projected volume.
 * @throws NodeError `FailedMount` for a missing object or key
 */
export async function projectVolume(pod: Pod, volume: Volume, facts: PodFacts, source: ConfigSource): Promise<Payload> {
  const { secret, configMap, projected } = volume;
  const downwardAPI = volume.downwardAPI as { items?: DownwardItem[]; defaultMode?: number } | undefined;
  if (secret) return fromSecret(pod, { ...secret, name: secret.secretName }, source);
  if (configMap) return fromConfigMap(pod, configMap, source);
  if (downwardAPI) return fromDownward(pod, downwardAPI, facts);
  const merged: Payload = new Map();
  const defaultMode = projected?.defaultMode;
  for (const part of (projected?.sources ?? []) as ProjectedSource[]) {
    let files: Payload;
    if (part.secret) files = await fromSecret(pod, { ...part.secret, defaultMode }, source);
    else if (part.configMap) files = await fromConfigMap(pod, { ...part.configMap, defaultMode }, source);
    else if (part.downwardAPI) files = fromDownward(pod, { ...part.downwardAPI, defaultMode }, facts);
    else {
      const kind = Object.keys(part)[0] ?? 'nothing';
      throw new NodeError('FailedMount', `projected volume "${volume.name}": source ${kind} is not supported here`);
    }
    for (const [path, file] of files) merged.set(path, file);
  }
  return merged;
}

interface Reference {
  name?: string;
  items?: KeyToPath[];
  defaultMode?: number;
  optional?: boolean;
}

async function fromSecret(pod: Pod, ref: Reference, source: ConfigSource): Promise<Payload> {
  const found = await source.secret(pod.metadata.namespace ?? '', ref.name ?? '');
  if (!found && !ref.optional) throw new NodeError('FailedMount', `secret "${ref.name}" not found`);
  return payloadOf(found ? secretData(found) : new Map(), {
    ...ref,
    ...lenientWithout(found),
    what: `secret "${ref.name}"`,
  });
}

async function fromConfigMap(pod: Pod, ref: Reference, source: ConfigSource): Promise<Payload> {
  const found = await source.configMap(pod.metadata.namespace ?? '', ref.name ?? '');
  if (!found && !ref.optional) throw new NodeError('FailedMount', `configmap "${ref.name}" not found`);
  const data = found ? configMapData(found) : new Map<string, Buffer>();
  return payloadOf(data, { ...ref, ...lenientWithout(found), what: `configmap "${ref.name}"` });
}

/** An optional object that is not there has none of its keys either. */
function lenientWithout(object: unknown): { optional?: boolean } {
  return object ? {} : { optional: true };
}

function fromDownward(pod: Pod, volume: { items?: DownwardItem[]; defaultMode?: number }, facts: PodFacts): Payload {
  const payload: Payload = new Map();
  for (const { path, mode, fieldRef, resourceFieldRef } of volume.items ?? []) {
    let text: string | undefined;
    if (fieldRef) text = fieldValue(pod, facts, fieldRef.fieldPath);
    else if (resourceFieldRef) {
      const container = containersOf(pod).find(({ name }) => name === resourceFieldRef.containerName);
      text = container && resourceFieldValue(container, facts, resourceFieldRef);
    }
    if (text === undefined) {
      const asked = fieldRef?.fieldPath ?? resourceFieldRef?.resource ?? 'nothing';
      throw new NodeError('FailedMount', `downwardAPI item "${path}" asks for ${asked}, which is not known`);
    }
    payload.set(checkRelativePath(path), {
      content: Buffer.from(text),
      mode: mode ?? volume.defaultMode ?? defaultFileMode,
    });
  }
  return payload;
}
