import type { Json } from '@serval/kube/objects';
import { configMapName, configReference } from '@serval/operator/declarations';
import { ManifestsError } from '../manifests-error.ts';
import { call, value } from './expression.ts';
import { orderedJson } from './go-json.ts';
import type { JsonSchema } from './json-schema.ts';
import {
  type ChartObject,
  changePlace,
  literalAt,
  type Parameter,
  type Parameterised,
  type Place,
} from './parameter.ts';
import { computed, when } from './tree.ts';

const place: Place = { kind: 'ConfigMap', name: configMapName, path: ['data'] };

/**
 * Each section of the configuration as a map of values. Those that the source writes have its content as default, and are always there;
 * the others are there when they are given. Helm writes JSON with ordered fields, so the source must too.
 */
export function configBinding(objects: readonly ChartObject[]): Parameterised {
  const data = literalAt(objects, place) as Record<string, string>;
  const names = configReference.map(({ name }) => name);
  const unknown = Object.keys(data).find((name) => !names.includes(name));
  if (unknown) throw new ManifestsError('BadSource', `section ${unknown} of the configuration is not described`);
  const written = Object.entries(data).map(([name, content]) => {
    const parsed = JSON.parse(content) as Json;
    if (orderedJson(parsed, 2) !== content) {
      throw new ManifestsError('BadSource', `section ${name} of the configuration is not written as Helm writes JSON`);
    }
    return [name, parsed] as const;
  });
  const defaults = new Map(written);
  const nodeOf = (name: string) => {
    const path = value(`config.${name}`);
    const node = computed(call('toPrettyJson', path));
    return defaults.has(name) ? node : when(path, node);
  };
  return {
    objects: changePlace(objects, place, () => Object.fromEntries(names.map((name) => [name, nodeOf(name)]))),
    parameters: configReference.map(
      ({ name, title, schema }): Parameter => ({
        path: `config.${name}`,
        description: `Section \`${name}\` of the ConfigMap ${configMapName}. ${title} docs/reference/configuration.md tells its keys.`,
        schema: schema as JsonSchema,
        default: defaults.get(name) ?? {},
      }),
    ),
  };
}
