import type { ConfigMap, KeyToPath, Secret } from '@serval/kube/objects';
import { NodeError } from '../errors.ts';

/** A file of a projected volume: path relative to the volume. */
interface PayloadFile {
  content: Buffer;
  mode: number;
}
export type Payload = Map<string, PayloadFile>;

/** Modes that Kubernetes gives such files where none is written (`DefaultMode`, 0644). */
export const defaultFileMode = 0o644;

/** Where `what` names the object in messages, `items` picks and renames keys; without items every key is a file. */
export function payloadOf(
  data: ReadonlyMap<string, Buffer>,
  options: { items?: readonly KeyToPath[]; defaultMode?: number; optional?: boolean; what: string },
): Payload {
  const { items, defaultMode = defaultFileMode, optional, what } = options;
  const payload: Payload = new Map();
  if (!items) {
    for (const [key, content] of data) payload.set(key, { content, mode: defaultMode });
    return payload;
  }
  for (const { key, path, mode } of items) {
    const content = data.get(key);
    if (content === undefined) {
      if (optional) continue;
      throw new NodeError('FailedMount', `${what} references non-existent config key: ${key}`);
    }
    payload.set(checkRelativePath(path), { content, mode: mode ?? defaultMode });
  }
  return payload;
}

export function configMapData(configMap: ConfigMap): Map<string, Buffer> {
  return new Map([
    ...Object.entries(configMap.data ?? {}).map(([key, text]) => [key, Buffer.from(text)] as const),
    ...decode(configMap.binaryData),
  ]);
}

export function secretData(secret: Secret): Map<string, Buffer> {
  return new Map(decode(secret.data));
}

function decode(data: Record<string, string> | undefined): (readonly [string, Buffer])[] {
  return Object.entries(data ?? {}).map(([key, text]) => [key, Buffer.from(text, 'base64')] as const);
}

/** @throws NodeError for a path that is absolute, empty or leaves the volume */
export function checkRelativePath(path: string): string {
  const segments = path.split('/');
  if (path === '' || path.startsWith('/') || segments.includes('..') || segments[0]?.startsWith('..')) {
    throw new NodeError(
      'FailedMount',
      `invalid path "${path}": must be relative, without ".." and not start with ".."`,
    );
  }
  return path;
}
