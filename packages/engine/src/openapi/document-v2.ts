import type { StructuralSchema } from '@serval/kube/schema';
import { versionInfo } from '../http/version.ts';
import type { Catalogue } from '../registry/catalogue.ts';
import { definitionsOf, type OpenApiSchema } from './definitions.ts';
import { type PathItem, pathsOf, styleV2 } from './paths.ts';

export interface DocumentV2 {
  swagger: '2.0';
  info: { title: string; version: string };
  paths: Record<string, PathItem>;
  definitions: Record<string, OpenApiSchema>;
}

/** All that is served, in one OpenAPI v2 document. */
export function documentV2(catalogue: Catalogue): DocumentV2 {
  const resources = catalogue.all();
  return {
    swagger: '2.0',
    info: { title: 'Kubernetes', version: versionInfo.gitVersion },
    paths: pathsOf(resources, styleV2),
    definitions: definitionsOf(resources, styleV2.refPrefix, toV2),
  };
}

/**
 * A schema as OpenAPI v2 can say it: what v2 lacks is dropped, so that clients accept more than the server does, never
 * less (apiextensions, `ToStructuralOpenAPIV2`).
 */
function toV2(schema: StructuralSchema): StructuralSchema {
  const {
    nullable,
    anyOf: _anyOf,
    oneOf: _oneOf,
    allOf: _allOf,
    not: _not,
    default: _default,
    'x-kubernetes-validations': _rules,
    ...rest
  } = schema;
  if (nullable || schema['x-kubernetes-int-or-string'] || schema['x-kubernetes-preserve-unknown-fields']) {
    const { type: _type, items: _items, properties: _properties, additionalProperties: _additional, ...open } = rest;
    return open;
  }
  const result: StructuralSchema = { ...rest };
  if (rest.properties) {
    result.properties = Object.fromEntries(Object.entries(rest.properties).map(([name, value]) => [name, toV2(value)]));
    const open = Object.entries(rest.properties)
      .filter(([, value]) => value.nullable)
      .map(([name]) => name);
    if (rest.required && open.length > 0) result.required = rest.required.filter((name) => !open.includes(name));
  }
  if (rest.items) result.items = toV2(rest.items);
  if (typeof rest.additionalProperties === 'object') result.additionalProperties = toV2(rest.additionalProperties);
  return result;
}
