import type { StructuralSchema } from '@serval/kube/schema';
import { embeddedPodField } from './pod-exceptions.ts';
import { createPodParts, type PodParts } from './pod-parts.ts';

/** The Pod parts that kinds embed. Shared between their places: copy before changing. */
export interface PodSchemas extends PodParts {
  readonly container: StructuralSchema;
  /**
   * The fields of PodSpec, to be spread among a kind's own, as KServe's copy of PodSpec has them: its lists are replaced as a whole. A kind
   * that embeds the PodSpec of Kubernetes, whose lists merge by their keys, takes `definition('core/v1.PodSpec')`.
   */
  readonly podSpecFields: Readonly<Record<string, StructuralSchema>>;
}

/** Everything structural, down to the last field and with all descriptions, as CRDs have it. */
export function fullPodSchemas(): PodSchemas {
  return podSchemas(createPodParts('definitions'));
}

/** The same fields for checking objects outside of an API server: quick to make and to walk, and strict with enums. */
export function checkPodSchemas(): PodSchemas {
  return podSchemas(createPodParts('checks'));
}

function podSchemas(parts: PodParts): PodSchemas {
  const { properties = {} } = parts.definition('core/v1.PodSpec');
  const owners = new Map<StructuralSchema, string>();
  const fields = Object.entries(properties).map(([name, field]) => {
    const embedded = embeddedPodField(name, field);
    const owner = parts.ownerOf(field);
    if (owner !== undefined) owners.set(embedded, owner);
    return [name, embedded] as const;
  });
  return {
    ...parts,
    ownerOf: (field) => owners.get(field) ?? parts.ownerOf(field),
    container: parts.definition('core/v1.Container'),
    podSpecFields: Object.fromEntries(fields),
  };
}
