import { builtinDefinition, type StructuralSchema } from '@serval/kube/schema';
import { truncateSchema } from './truncate-schema.ts';

/** The Pod parts that kinds embed, as full or as open as a bundle of CRDs wants them. */
export interface PodSchemas {
  readonly container: StructuralSchema;
  /** The fields of PodSpec, to be spread among a kind's own. */
  readonly podSpecFields: Readonly<Record<string, StructuralSchema>>;
  /** Any other definition of the table, such as `core/v1.PersistentVolumeClaimSpec`. Throws when there is none of that name. */
  definition(name: string): StructuralSchema;
}

/** Everything structural, down to the last field: for server-side apply and `kubectl explain`. */
export function fullPodSchemas(): PodSchemas {
  return podSchemas(Number.POSITIVE_INFINITY);
}

/**
 * Fields of PodSpec and of what is at most `depth` objects below it; anything deeper is kept as it comes. A typing error
 * above is still found by the API server, and the CRD stays small.
 */
export function shallowPodSchemas(depth: number): PodSchemas {
  return podSchemas(depth);
}

function podSchemas(depth: number): PodSchemas {
  const { properties = {} } = definition('core/v1.PodSpec');
  return {
    definition: (name) => truncateSchema(definition(name), depth),
    container: truncateSchema(definition('core/v1.Container'), depth),
    podSpecFields: Object.fromEntries(
      Object.entries(properties).map(([field, schema]) => [field, truncateSchema(schema, depth)]),
    ),
  };
}

function definition(name: string): StructuralSchema {
  const schema = builtinDefinition(name);
  if (!schema) throw new Error(`the table of built-in kinds has no ${name}`);
  return schema;
}
