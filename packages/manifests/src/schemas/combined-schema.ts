import type { KindVersion } from '@serval/api';
import { apiVersionOf } from '@serval/kube/objects';
import type { JsonSchema } from './json-schema.ts';

/**
 * A schema for every YAML document: it judges objects of the given kinds and `List`s of them by `definitions`, and lets objects of other
 * groups pass. Kinds and versions that a group of theirs does not have are refused.
 * @param definitionOf name of the definition of a kind
 */
export function combinedSchema(kinds: readonly KindVersion[], definitionOf: (kind: KindVersion) => string): JsonSchema {
  const versions = [...Map.groupBy(kinds, ({ resource }) => apiVersionOf(resource))];
  const groups = [...Map.groupBy(kinds, ({ resource }) => resource.group)];
  const names = (list: readonly KindVersion[]) => [...new Set(list.map(({ resource }) => resource.kind))];
  return {
    title: 'Objects of Serval',
    description: 'Any object of the kinds of Serval, chosen by apiVersion and kind. Other objects pass.',
    type: 'object',
    properties: {
      // Editors offer what an enum has; the other alternative lets the rest pass.
      apiVersion: { anyOf: [{ enum: versions.map(([apiVersion]) => apiVersion) }, { type: 'string' }] },
      kind: { anyOf: [{ enum: names(kinds) }, { type: 'string' }] },
    },
    allOf: [
      ...groups.map(([group, ofGroup]) =>
        rule(
          { apiVersion: { pattern: `^${group.replaceAll('.', '\\.')}/` } },
          {
            properties: { apiVersion: { enum: [...new Set(ofGroup.map(({ resource }) => apiVersionOf(resource)))] } },
            required: ['kind'],
          },
        ),
      ),
      ...versions.map(([apiVersion, ofVersion]) =>
        rule({ apiVersion: { const: apiVersion } }, { properties: { kind: { enum: names(ofVersion) } } }),
      ),
      ...kinds.map((kind) =>
        rule(
          { apiVersion: { const: apiVersionOf(kind.resource) }, kind: { const: kind.resource.kind } },
          { $ref: `#/definitions/${definitionOf(kind)}` },
        ),
      ),
      rule(
        { apiVersion: { const: 'v1' }, kind: { const: 'List' } },
        { properties: { items: { type: 'array', items: { $ref: '#' } } } },
      ),
    ],
  };
}

/** Where fields are as said, the consequence holds. */
function rule(fields: Record<string, JsonSchema>, consequence: JsonSchema): JsonSchema {
  return {
    if: { properties: fields, required: Object.keys(fields) },
    // biome-ignore lint/suspicious/noThenProperty: the keyword's name
    then: consequence,
  };
}
