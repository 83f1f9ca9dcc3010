import type { AnyObject } from '@serval/kube/objects';
import { loadAll, YAMLException } from 'js-yaml';
import { CliError } from '../command/cli-error.ts';
import { looksLikeManifest, notManifest } from './looks-like-manifest.ts';
import { manifestSources } from './sources.ts';
import { manifestSchema } from './yaml-schema.ts';

export interface Manifest {
  object: AnyObject;
  /** `iris.yaml, document 2`, for messages. */
  where: string;
}

/**
 * Every object of files, folders (`.yaml`, `.yml`, `.json`, not below), URLs and `-`; Lists are opened. What is found in a folder and has
 * neither apiVersion nor kind is passed over, and told to `note`.
 * Throws `CliError` BadManifest with file, line and column, before anything was applied.
 */
export async function loadManifests(
  sources: readonly string[],
  { stdin, signal, note }: { stdin: AsyncIterable<Uint8Array>; signal: AbortSignal; note: (text: string) => void },
): Promise<Manifest[]> {
  const manifests: Manifest[] = [];
  for (const { where, isFound, read } of await manifestSources(sources, { stdin, signal })) {
    const documents = documentsOf(Buffer.from(await read()).toString('utf8'), where);
    const meant = documents.filter(({ value }) => !isFound || looksLikeManifest(value));
    if (meant.length < documents.length) note(`${where}: ${notManifest}`);
    manifests.push(...meant.flatMap(({ value, place }) => objectsOf(value, place)));
  }
  if (manifests.length === 0) {
    throw new CliError('BadManifest', `no object in ${sources.join(', ')}`, {
      hint: 'expected YAML or JSON documents',
    });
  }
  return manifests;
}

export function parseManifests(text: string, where: string): Manifest[] {
  return documentsOf(text, where).flatMap(({ value, place }) => objectsOf(value, place));
}

function documentsOf(text: string, where: string): { value: unknown; place: string }[] {
  let documents: unknown[];
  try {
    documents = loadAll(text, { schema: manifestSchema }) as unknown[];
  } catch (cause) {
    if (!(cause instanceof YAMLException)) throw cause;
    const at = cause.mark ? `:${cause.mark.line + 1}:${cause.mark.column + 1}` : '';
    throw new CliError('BadManifest', `${where}${at}: not YAML: ${cause.reason}`, { cause });
  }
  return documents.flatMap((document, index) => {
    if (document === null || document === undefined) return [];
    return [{ value: document, place: documents.length > 1 ? `${where}, document ${index + 1}` : where }];
  });
}

function objectsOf(document: unknown, where: string): Manifest[] {
  if (typeof document !== 'object' || document === null || Array.isArray(document)) {
    throw new CliError('BadManifest', `${where}: expected an object with apiVersion and kind, got ${typeof document}`);
  }
  const object = document as AnyObject;
  for (const field of ['apiVersion', 'kind'] as const) {
    if (typeof object[field] !== 'string' || object[field] === '') {
      throw new CliError('BadManifest', `${where}: ${field} is missing`, {
        hint: 'every document starts with apiVersion and kind',
      });
    }
  }
  if (object.kind.endsWith('List') && Array.isArray(object['items'])) {
    return (object['items'] as unknown[]).flatMap((item, index) => objectsOf(item, `${where}, item ${index + 1}`));
  }
  if (typeof object.metadata !== 'object' || object.metadata === null) {
    throw new CliError('BadManifest', `${where}: ${object.kind} has no metadata`, {
      hint: 'metadata.name is required',
    });
  }
  return [{ object, where }];
}
