import type { KubeObject, Resource } from '@serval/kube/objects';
import type { StructuralSchema } from '@serval/kube/schema';
import type { PodSchemas } from '../schema/pod-schemas.ts';
import type { PrinterColumn } from './custom-resource-definition.ts';

/** One version of one kind, as its folder declares it. Everything that clusters are told of it is derived from this. */
export interface KindVersion<T extends KubeObject = KubeObject> {
  readonly resource: Resource<T>;
  readonly singular: string;
  readonly shortNames?: readonly string[];
  readonly categories?: readonly string[];
  /** Of the CustomResourceDefinition object. */
  readonly annotations?: Readonly<Record<string, string>>;
  /** Whether objects are stored in this version. Exactly one version of a kind is. */
  readonly storage: boolean;
  readonly hasStatus: boolean;
  readonly printerColumns: readonly PrinterColumn[];
  /** The schema of whole objects; `apiVersion`, `kind` and `metadata` are added when they are missing. */
  schema(pods: PodSchemas): StructuralSchema;
}
