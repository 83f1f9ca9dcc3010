import { type AnyObject, deepEqual } from '@serval/kube/objects';
import { applyDefaults, type StructuralSchema } from '@serval/kube/schema';
import { getPath } from '../registry/json.ts';
import { allVerbs, type ServedResource, type StoredKind } from '../registry/served-resource.ts';
import { customColumns } from './columns.ts';
import { type CustomResourceDefinition, type CustomResourceVersion, isEstablished } from './definition.ts';

/** Converts objects between the versions of one definition. */
export type Convert = (object: AnyObject, apiVersion: string) => AnyObject | Promise<AnyObject>;

/** What a definition serves: nothing until it is established. */
export function servedBy(definition: CustomResourceDefinition, convert: Convert): ServedResource[] {
  if (!isEstablished(definition)) return [];
  const { spec } = definition;
  const names = definition.status?.acceptedNames ?? spec.names;
  const storage = spec.versions.find((version) => version.storage) ?? spec.versions[0]!;
  const stored: StoredKind = {
    id: storageId(definition),
    apiVersion: `${spec.group}/${storage.name}`,
    strategy: { selectableFields: selectableFields(storage) },
    generation: 'content',
    convert: defaultedWith(spec.versions, spec.group, convert),
  };
  const resources = spec.versions
    .filter(({ served }) => served)
    .map((version): ServedResource => {
      const { status, scale } = version.subresources ?? {};
      return {
        group: spec.group,
        version: version.name,
        plural: names.plural,
        singular: names.singular ?? names.kind.toLowerCase(),
        kind: names.kind,
        listKind: names.listKind ?? `${names.kind}List`,
        namespaced: spec.scope === 'Namespaced',
        shortNames: names.shortNames ?? [],
        categories: names.categories ?? [],
        verbs: definition.metadata.deletionTimestamp ? allVerbs.filter((verb) => verb !== 'create') : allVerbs,
        statusSubresource: status !== undefined,
        ...(scale
          ? {
              scale: {
                specReplicas: scale.specReplicasPath,
                statusReplicas: scale.statusReplicasPath,
                ...(scale.labelSelectorPath ? { selector: scale.labelSelectorPath } : {}),
              },
            }
          : {}),
        subresources: [],
        columns: customColumns(version.additionalPrinterColumns),
        schema: () => version.schema?.openAPIV3Schema,
        custom: true,
        stored,
        ...(version.deprecated
          ? {
              deprecationWarning:
                version.deprecationWarning ?? `${spec.group}/${version.name} ${names.kind} is deprecated`,
            }
          : {}),
      };
    });
  return resources;
}

/**
 * Conversion whose results have the defaults of their version's schema: what was stored before a default came has it too.
 * One object converts to one result, so that whoever compares or caches by identity can.
 */
function defaultedWith(versions: readonly CustomResourceVersion[], group: string, convert: Convert): Convert {
  const fillers = new Map(
    versions.map(({ name, schema }) => [`${group}/${name}`, createFiller(schema?.openAPIV3Schema)]),
  );
  return (object, apiVersion) => {
    const converted = convert(object, apiVersion);
    const fill = fillers.get(apiVersion);
    if (!fill) return converted;
    return converted instanceof Promise ? converted.then(fill) : fill(converted);
  };
}

function createFiller(schema: StructuralSchema | undefined): ((object: AnyObject) => AnyObject) | undefined {
  if (!schema) return undefined;
  const known = new WeakMap<AnyObject, AnyObject>();
  return (object) => {
    let filled = known.get(object);
    if (!filled) {
      filled = applyDefaults(schema, object);
      known.set(object, filled);
    }
    return filled;
  };
}

export function storageId(definition: CustomResourceDefinition): string {
  return `${definition.spec.group}/${definition.spec.names.plural}`;
}

/** Whether two states of a definition serve the same. */
export function servesTheSame(a: CustomResourceDefinition, b: CustomResourceDefinition): boolean {
  return (
    deepEqual(a.spec, b.spec) &&
    isEstablished(a) === isEstablished(b) &&
    a.metadata.deletionTimestamp === b.metadata.deletionTimestamp &&
    deepEqual(a.status?.acceptedNames, b.status?.acceptedNames)
  );
}

function selectableFields({ selectableFields: fields = [] }: CustomResourceVersion) {
  return (object: AnyObject): Record<string, string> =>
    Object.fromEntries(
      fields.map(({ jsonPath }) => {
        const value = getPath(object, jsonPath);
        return [jsonPath.replace(/^\./, ''), value === undefined || value === null ? '' : String(value)];
      }),
    );
}
