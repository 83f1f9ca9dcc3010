import { apiVersionOf } from '@serval/kube/objects';
import type { StructuralSchema } from '@serval/kube/schema';
import type { PodSchemas } from '../schema/pod-schemas.ts';
import {
  type CrdVersion,
  type CustomResourceDefinition,
  customResourceDefinitions,
} from './custom-resource-definition.ts';
import type { KindVersion } from './kind-version.ts';

/** The CustomResourceDefinition of a kind, from all of its versions. Throws unless exactly one version is stored. */
export function createCrd(versions: readonly KindVersion[], pods: PodSchemas): CustomResourceDefinition {
  const stored = versions.filter((version) => version.storage);
  const [main] = stored;
  if (!main || stored.length > 1) {
    const kind = versions[0]?.resource.kind ?? 'a kind without versions';
    throw new Error(`${kind} must have exactly one storage version, it has ${stored.length}`);
  }
  const { group, plural, kind, namespaced } = main.resource;
  return {
    apiVersion: apiVersionOf(customResourceDefinitions),
    kind: customResourceDefinitions.kind,
    metadata: { name: `${plural}.${group}`, ...(main.annotations ? { annotations: { ...main.annotations } } : {}) },
    spec: {
      group,
      names: {
        plural,
        singular: main.singular,
        kind,
        listKind: `${kind}List`,
        ...(main.shortNames ? { shortNames: [...main.shortNames] } : {}),
        ...(main.categories ? { categories: [...main.categories] } : {}),
      },
      scope: namespaced ? 'Namespaced' : 'Cluster',
      versions: versions.map((version) => crdVersion(version, pods)),
    },
  };
}

function crdVersion(version: KindVersion, pods: PodSchemas): CrdVersion {
  return {
    name: version.resource.version,
    served: true,
    storage: version.storage,
    schema: { openAPIV3Schema: wholeObject(version, version.schema(pods)) },
    ...(version.hasStatus ? { subresources: { status: {} } } : {}),
    additionalPrinterColumns: version.printerColumns.map((column) => ({ ...column })),
  };
}

/** A plain JSON copy (TypeBox keeps its own notes in hidden properties), with the three fields every object has. */
function wholeObject({ description }: KindVersion, schema: StructuralSchema): StructuralSchema {
  const copy = JSON.parse(JSON.stringify(schema)) as StructuralSchema;
  return {
    ...(description ? { description } : {}),
    ...copy,
    properties: {
      apiVersion: { type: 'string' },
      kind: { type: 'string' },
      metadata: { type: 'object' },
      ...copy.properties,
    },
  };
}
