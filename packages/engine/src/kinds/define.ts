import type { AnyObject } from '@serval/kube/objects';
import type { StructuralSchema } from '@serval/kube/schema';
import {
  allVerbs,
  type Column,
  type ExtraSubresource,
  type ScalePaths,
  type ServedResource,
  type StoredKind,
  type Strategy,
  type Verb,
} from '../registry/served-resource.ts';
import { ageColumn, defaultColumns, nameColumn } from '../table/table.ts';

/** One row of the table of built-in kinds. */
export interface KindRow {
  group?: string;
  version?: string;
  kind: string;
  plural: string;
  /** Default: the lower-case kind. */
  singular?: string;
  clusterScoped?: boolean;
  shortNames?: string[];
  categories?: string[];
  verbs?: readonly Verb[];
  /** Default false. */
  status?: boolean;
  /** Default `spec` where there is a status, else none. */
  generation?: StoredKind['generation'];
  scale?: ScalePaths;
  subresources?: ExtraSubresource[];
  /** Without Name and Age, which every table begins and ends with; absent: Name and Created At. */
  columns?: Column[];
  /** Columns behind Age, for `-o wide`. */
  wideColumns?: Column[];
  strategy?: Strategy;
  /** Another row's stored kind, when this one is a second view of the same objects. */
  stored?: StoredKind;
  answerCreate?: ServedResource['answerCreate'];
}

/** Loads the schema of a built-in kind. */
export type LoadSchema = (apiVersion: string, kind: string) => StructuralSchema | undefined;

export function defineKind(row: KindRow, loadSchema: LoadSchema): ServedResource {
  const { group = '', version = 'v1', kind, plural, status = false, columns, wideColumns = [] } = row;
  const apiVersion = group ? `${group}/${version}` : version;
  const strategy = row.strategy ?? {};
  return {
    group,
    version,
    plural,
    singular: row.singular ?? kind.toLowerCase(),
    kind,
    listKind: `${kind}List`,
    namespaced: !row.clusterScoped,
    shortNames: row.shortNames ?? [],
    categories: row.categories ?? [],
    verbs: row.verbs ?? allVerbs,
    statusSubresource: status,
    ...(row.scale ? { scale: row.scale } : {}),
    subresources: row.subresources ?? [],
    columns: columns ? [nameColumn, ...columns, ageColumn, ...wideColumns] : defaultColumns,
    schema: () => loadSchema(apiVersion, kind),
    custom: false,
    ...(row.answerCreate ? { answerCreate: row.answerCreate } : {}),
    stored: row.stored ?? {
      id: `${group}/${plural}`,
      apiVersion,
      strategy,
      generation: row.generation ?? (status ? 'spec' : 'none'),
      convert: (object, wanted) => convertBuiltIn(object, wanted, strategy),
    },
  };
}

function convertBuiltIn(object: AnyObject, wanted: string, strategy: Strategy): AnyObject {
  if (object.apiVersion === wanted) return object;
  return strategy.convert ? strategy.convert(object, wanted) : { ...object, apiVersion: wanted };
}
