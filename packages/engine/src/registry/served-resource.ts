import type { AnyObject } from '@serval/kube/objects';
import type { FieldError, StructuralSchema } from '@serval/kube/schema';
import type { User } from './request-options.ts';

export type Verb = 'create' | 'delete' | 'deletecollection' | 'get' | 'list' | 'patch' | 'update' | 'watch';
export const allVerbs: readonly Verb[] = [
  'create',
  'delete',
  'deletecollection',
  'get',
  'list',
  'patch',
  'update',
  'watch',
];

/** One column of a Table, as `kubectl get` prints it. */
export interface Column {
  name: string;
  type: 'string' | 'integer' | 'number' | 'boolean' | 'date';
  format?: string;
  description?: string;
  /** 0 always, 1 only with `-o wide`. */
  priority?: number;
  cell(object: AnyObject, nowMs: number): string | number | boolean | null;
}

/** Where `/scale` reads and writes, as JSON paths without the leading `$`. */
export interface ScalePaths {
  specReplicas: string;
  statusReplicas: string;
  /** A selector string, or (built-in kinds) a LabelSelector. */
  selector?: string;
}

interface StrategyContext {
  nowMs: number;
}

/** What is particular to a kind. Drafts may be changed in place; old objects must not. */
export interface Strategy {
  /** Server-side defaults. Must be idempotent. */
  defaults?(draft: AnyObject): void;
  prepareForCreate?(draft: AnyObject, context: StrategyContext): void;
  prepareForUpdate?(draft: AnyObject, old: AnyObject, context: StrategyContext): void;
  /** Beyond the schema. `old` is absent on create. */
  validate?(object: AnyObject, old?: AnyObject): FieldError[];
  /** Of a valid object: what its writer should know. */
  warnings?(object: AnyObject, old?: AnyObject): string[];
  /** What is wrong with a name; default: a DNS subdomain. */
  checkName?(name: string): string | undefined;
  /** Field labels beside `metadata.name` and `metadata.namespace`. */
  selectableFields?(object: AnyObject): Record<string, string>;
  /** Seconds between a delete and the end of the object; 0 for at once. Pods only. */
  gracePeriodSeconds?(object: AnyObject, requested: number | undefined): number;
  /** Whether something beside `metadata.finalizers` keeps a deleted object. Namespaces only. */
  isHeld?(object: AnyObject): boolean;
  /** Called on the draft that gets a deletionTimestamp. */
  markDeleted?(draft: AnyObject): void;
  /** Turns the built-in object model into conversions; default: the same fields under another apiVersion. */
  convert?(object: AnyObject, version: string): AnyObject;
}

/** One stored kind: shared by the versions (and groups, for events) that serve it. */
export interface StoredKind {
  /** `apps/deployments`, `/pods` … */
  id: string;
  /** apiVersion that objects are stored in. */
  apiVersion: string;
  strategy: Strategy;
  /** What moves `metadata.generation`: changes of spec only, of anything but status and metadata, or nothing. */
  generation: 'spec' | 'content' | 'none';
  /** Must not throw for versions that are served. */
  convert(object: AnyObject, apiVersion: string): AnyObject | Promise<AnyObject>;
}

/** One resource of one version, as discovery lists it. Built-in kinds and CRDs alike. */
export interface ServedResource {
  group: string;
  version: string;
  plural: string;
  singular: string;
  kind: string;
  listKind: string;
  namespaced: boolean;
  shortNames: readonly string[];
  categories: readonly string[];
  verbs: readonly Verb[];
  statusSubresource: boolean;
  scale?: ScalePaths;
  /** Further subresources, for discovery: name, kind and verbs. */
  subresources: readonly ExtraSubresource[];
  columns: readonly Column[];
  /** Loaded when first needed. `undefined`: anything goes. */
  schema(): StructuralSchema | undefined;
  /** From a CustomResourceDefinition. */
  custom: boolean;
  stored: StoredKind;
  /** Kinds that are only answered, never stored: reviews. */
  answerCreate?(object: AnyObject, user: User): AnyObject;
  /** Sent as a `Warning` header with every answer. */
  deprecationWarning?: string;
}

export interface ExtraSubresource {
  name: string;
  kind: string;
  group?: string;
  version?: string;
  verbs: readonly ('create' | 'get' | 'patch' | 'update')[];
}

export function apiVersionOf(resource: { group: string; version: string }): string {
  return resource.group === '' ? resource.version : `${resource.group}/${resource.version}`;
}

/** `deployments.apps`, as error messages name a resource. */
export function qualifiedName(resource: { group: string; plural: string }): string {
  return resource.group === '' ? resource.plural : `${resource.plural}.${resource.group}`;
}
