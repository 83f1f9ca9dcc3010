import type { AnyObject } from '@serval/kube/objects';
import { loadAll, YAMLException } from 'js-yaml';
import { ManifestsError } from '../manifests-error.ts';

/** The documents of a file, without empty ones. `where` is its path, for messages. Throws `ManifestsError` BadYaml. */
export function parseYaml(text: string, where: string): unknown[] {
  try {
    return (loadAll(text) as unknown[]).filter((document) => document !== null && document !== undefined);
  } catch (cause) {
    if (!(cause instanceof YAMLException)) throw cause;
    const at = cause.mark ? `:${cause.mark.line + 1}:${cause.mark.column + 1}` : '';
    throw new ManifestsError('BadYaml', `${where}${at}: not YAML: ${cause.reason}`, { cause });
  }
}

/** The documents of a file that holds Kubernetes objects only. Throws `ManifestsError` BadYaml. */
export function parseObjects(text: string, where: string): AnyObject[] {
  return parseYaml(text, where).map((document) => {
    const { apiVersion, kind, metadata } = (document ?? {}) as Partial<AnyObject>;
    if (typeof apiVersion !== 'string' || typeof kind !== 'string' || typeof metadata?.name !== 'string') {
      throw new ManifestsError('BadYaml', `${where}: expected objects with apiVersion, kind and metadata.name`);
    }
    return document as AnyObject;
  });
}
