import type { KubeObject, Resource } from '@serval/kube/objects';
import type { FieldError, StructuralSchema } from '@serval/kube/schema';
import type { Conversion } from '../conversion/conversion.ts';
import type { PodSchemas } from '../schema/pod-schemas.ts';
import type { InferenceServiceDefaults } from '../serving.kserve.io/v1beta1/inference-service/defaults.ts';
import type { PrinterColumn } from './custom-resource-definition.ts';

/** One version of one kind, as its folder declares it. Everything that clusters are told of it is derived from this. */
export interface KindVersion<T extends KubeObject = KubeObject> {
  readonly resource: Resource<T>;
  /** What the kind is for, in a sentence or two: `kubectl explain KIND` and its page of the docs begin with it. */
  readonly description?: string;
  readonly singular: string;
  readonly shortNames?: readonly string[];
  readonly categories?: readonly string[];
  /** Of the CustomResourceDefinition object. */
  readonly annotations?: Readonly<Record<string, string>>;
  /** Whether objects are stored in this version. Exactly one version of a kind is. */
  readonly storage: boolean;
  readonly hasStatus: boolean;
  readonly printerColumns: readonly PrinterColumn[];
  /**
   * Paths, such as `spec.predictor.model`, whose Pod parts are spelled out before all others where the CRD has no room for everything.
   */
  readonly focus?: readonly string[];
  /** Paths whose Pod parts are spelled out after all others; of a path below another one, even later. */
  readonly aside?: readonly string[];
  /** The schema of whole objects; `apiVersion`, `kind` and `metadata` are added when they are missing. */
  schema(pods: PodSchemas): StructuralSchema;
  /** The object with its defaults written out, as a new object. Invalid parts stay as they are, for `validate` to speak of. */
  default?(object: T, defaults: KindDefaults): T;
  /** Paths of required fields that `default` fills in, through lists: `spec.predictor.containers.name`. Schemas for editors do not ask for them. */
  readonly filledIn?: readonly string[];
  /**
   * Every error that a schema cannot tell, with its field path. `old` is the stored object of an update. Reads fields
   * leniently and never throws: wrong types are the schema's business.
   */
  validate?(object: T, old?: T): FieldError[];
  /** Of a version that is not stored: how it maps to the one that is. */
  readonly conversion?: Conversion;
}

/** What defaulting takes from the platform's configuration. */
export type KindDefaults = InferenceServiceDefaults;
