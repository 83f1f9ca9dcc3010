import { apiVersionOf } from '@serval/kube/objects';
import type { StructuralSchema } from '@serval/kube/schema';
import type { PodSchemas } from '../schema/pod-schemas.ts';
import { bundleLimits, type CrdBundle } from './bundle.ts';
import {
  type CrdVersion,
  type CustomResourceDefinition,
  customResourceDefinitions,
} from './custom-resource-definition.ts';
import { fitSchemas } from './fit/fit-schemas.ts';
import { jsonBytes } from './fit/json-bytes.ts';
import type { KindVersion } from './kind-version.ts';

/**
 * The CustomResourceDefinition of a kind, from all of its versions, with as much of Pods as the bundle allows. Throws unless exactly one
 * version is stored, and when the CRD is too large even with all Pods kept open.
 */
export function createCrd(
  versions: readonly KindVersion[],
  pods: PodSchemas,
  bundle: CrdBundle,
): CustomResourceDefinition {
  const stored = versions.filter((version) => version.storage);
  const [main] = stored;
  if (!main || stored.length > 1) {
    const kind = versions[0]?.resource.kind ?? 'a kind without versions';
    throw new Error(`${kind} must have exactly one storage version, it has ${stored.length}`);
  }
  const crd = crdWithoutSchemas(versions, main);
  const { maxBytes, mayOpen } = bundleLimits[bundle];
  const schemas = fitSchemas(
    versions.map((version) => wholeObject(version, version.schema(pods))),
    {
      pods,
      mayOpen,
      maxBytes: maxBytes - jsonBytes(crd),
      focus: versions.flatMap(({ focus = [] }) => focus),
      aside: versions.flatMap(({ aside = [] }) => aside),
    },
  );
  if (!schemas) throw new Error(`the CRD ${crd.metadata.name} is over ${maxBytes} bytes even with all Pods kept open`);
  crd.spec.versions.forEach((version, i) => {
    // A plain copy, as TypeBox keeps notes of its own in hidden properties and Pod parts are shared.
    version.schema.openAPIV3Schema = JSON.parse(JSON.stringify(schemas[i])) as StructuralSchema;
  });
  return crd;
}

function crdWithoutSchemas(versions: readonly KindVersion[], main: KindVersion): CustomResourceDefinition {
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
      versions: versions.map(crdVersion),
    },
  };
}

function crdVersion(version: KindVersion): CrdVersion {
  return {
    name: version.resource.version,
    served: true,
    storage: version.storage,
    schema: { openAPIV3Schema: {} },
    ...(version.hasStatus ? { subresources: { status: {} } } : {}),
    additionalPrinterColumns: version.printerColumns.map((column) => ({ ...column })),
  };
}

/** The schema with the description of its kind and the three fields that every object has. */
function wholeObject({ description }: KindVersion, schema: StructuralSchema): StructuralSchema {
  return {
    ...(description ? { description } : {}),
    ...schema,
    properties: {
      apiVersion: { type: 'string' },
      kind: { type: 'string' },
      metadata: { type: 'object' },
      ...schema.properties,
    },
  };
}
