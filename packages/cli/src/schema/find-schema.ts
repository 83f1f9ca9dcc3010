import { nearestName } from '@serval/api';
import type { SchemaEntry } from '@serval/manifests';
import { CliError } from '../command/cli-error.ts';

/**
 * The schema that a person means by `isvc`, `InferenceService`, `llmisvc.v1alpha1`, `isvc.serving.kserve.io`, `storage-config` or
 * `serval`. Without a version, the stored one. Throws `CliError` UnknownKind.
 */
export function findSchema(catalogue: readonly SchemaEntry[], argument: string): SchemaEntry {
  const [word = '', ...qualifier] = argument.toLowerCase().split('.');
  const named = catalogue.filter((entry) => namesOf(entry).includes(word));
  const matching = named.filter((entry) => isOf(entry, qualifier.join('.')));
  const found = matching.find(({ kind }) => kind?.storage !== false) ?? matching[0];
  if (found) return found;
  throw new CliError('UnknownKind', `no schema is called ${JSON.stringify(argument)}`, {
    hint: named.length > 0 ? `there is ${named.map(fullName).join(' and ')}` : meant(catalogue, word),
  });
}

/** `InferenceService.v1beta1.serving.kserve.io`, `storage-config`. */
export function fullName({ kind, path }: SchemaEntry): string {
  if (!kind) return fileName(path);
  const { kind: name, version, group } = kind.resource;
  return `${name}.${version}.${group}`;
}

function namesOf({ kind, path }: SchemaEntry): string[] {
  if (!kind) return [fileName(path)];
  return [kind.resource.kind.toLowerCase(), kind.resource.plural, kind.singular, ...(kind.shortNames ?? [])];
}

/** Whether a schema is that of a version, a group, or a version of a group. */
function isOf({ kind }: SchemaEntry, qualifier: string): boolean {
  if (qualifier === '') return true;
  if (!kind) return false;
  const { version, group } = kind.resource;
  return [version, group, `${version}.${group}`].includes(qualifier);
}

function meant(catalogue: readonly SchemaEntry[], word: string): string {
  const nearest = nearestName(word, catalogue.flatMap(namesOf));
  return nearest ? `did you mean ${JSON.stringify(nearest)}?` : '`serval schema` lists what there is';
}

function fileName(path: string): string {
  return path.slice(path.lastIndexOf('/') + 1).replace(/\.json$/, '');
}
