import { readdir, readFile, stat } from 'node:fs/promises';
import { extname, join } from 'node:path';
import type { AnyObject } from '@serval/kube/objects';
import { loadAll, YAMLException } from 'js-yaml';
import { CliError } from '../command/cli-error.ts';

export interface Manifest {
  object: AnyObject;
  /** `iris.yaml, document 2`, for messages. */
  where: string;
}

/** The largest manifest that is read; an API server takes 3 MiB per object, a file may hold many. */
const maxManifestBytes = 64 * 1024 * 1024;
const maxFetchMs = 30_000;

/**
 * Every object of files, folders (`.yaml`, `.yml`, `.json`, not below), URLs and `-`; Lists are opened.
 * Throws `CliError` BadManifest with file, line and column, before anything was applied.
 */
export async function loadManifests(
  sources: readonly string[],
  stdin: AsyncIterable<Uint8Array>,
  signal: AbortSignal,
): Promise<Manifest[]> {
  const manifests: Manifest[] = [];
  for (const source of sources) {
    if (source === '-') manifests.push(...parseManifests(await readAll(stdin), 'standard input'));
    else if (/^https?:\/\//.test(source)) manifests.push(...parseManifests(await fetchText(source, signal), source));
    else
      for (const file of await filesOf(source)) manifests.push(...parseManifests(await readFile(file, 'utf8'), file));
  }
  if (manifests.length === 0) {
    throw new CliError('BadManifest', `no object in ${sources.join(', ')}`, {
      hint: 'expected YAML or JSON documents',
    });
  }
  return manifests;
}

export function parseManifests(text: string, where: string): Manifest[] {
  let documents: unknown[];
  try {
    documents = loadAll(text) as unknown[];
  } catch (cause) {
    if (!(cause instanceof YAMLException)) throw cause;
    const at = cause.mark ? `:${cause.mark.line + 1}:${cause.mark.column + 1}` : '';
    throw new CliError('BadManifest', `${where}${at}: not YAML: ${cause.reason}`, { cause });
  }
  return documents.flatMap((document, index) => {
    if (document === null || document === undefined) return [];
    const place = documents.length > 1 ? `${where}, document ${index + 1}` : where;
    return objectsOf(document, place);
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

async function filesOf(path: string): Promise<string[]> {
  const found = await stat(path).catch((cause: NodeJS.ErrnoException) => {
    const why = cause.code === 'ENOENT' ? 'no such file or folder' : cause.message;
    throw new CliError('BadManifest', `${path}: ${why}`, { cause });
  });
  if (!found.isDirectory()) {
    if (found.size > maxManifestBytes) {
      throw new CliError('BadManifest', `${path}: ${found.size} bytes, at most ${maxManifestBytes} are read`);
    }
    return [path];
  }
  const names = await readdir(path);
  return names
    .filter((name) => ['.yaml', '.yml', '.json'].includes(extname(name)))
    .sort()
    .map((name) => join(path, name));
}

async function fetchText(url: string, signal: AbortSignal): Promise<string> {
  const response = await fetch(url, { signal: AbortSignal.any([signal, AbortSignal.timeout(maxFetchMs)]) }).catch(
    (cause: unknown) => {
      throw new CliError('BadManifest', `${url}: cannot be fetched`, { cause });
    },
  );
  if (!response.ok || !response.body)
    throw new CliError('BadManifest', `${url}: the server answered ${response.status}`);
  return readAll(response.body);
}

async function readAll(stream: AsyncIterable<Uint8Array>): Promise<string> {
  const chunks: Uint8Array[] = [];
  let size = 0;
  for await (const chunk of stream) {
    size += chunk.byteLength;
    if (size > maxManifestBytes) throw new CliError('BadManifest', `more than ${maxManifestBytes} bytes of manifests`);
    chunks.push(chunk);
  }
  return Buffer.concat(chunks).toString('utf8');
}
