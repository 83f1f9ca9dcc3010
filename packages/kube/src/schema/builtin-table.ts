import type { Json } from '../objects/meta.ts';

/** What the generated table says of a field beside its type. Absent means no. */
export interface FieldExtras {
  /** Required. */
  r?: 1;
  /** Strategic merge: strategy and key. */
  p?: string;
  m?: string;
  /** `x-kubernetes-list-type` and `x-kubernetes-list-map-keys`. */
  L?: 'atomic' | 'set' | 'map';
  K?: string[];
  /** Atomic map or struct. */
  M?: 1;
  /** Default. */
  d?: Json;
  /** Values of an enum. */
  e?: string[];
}

/**
 * Type, protobuf field number (0: not in protobuf), extras.
 *
 * Types: `s` string, `b` boolean, `i` int32, `l` int64, `f` double, `y` bytes, `T` Time, `U` MicroTime, `D` Duration, `Q` Quantity,
 * `*s` a string that is set even when empty (a Go pointer; `*b`, `*i`, `*l`, `*f` likewise),
 * `X` IntOrString, `R` RawExtension, `F` FieldsV1, `J` any JSON, `V` a union of JSON schema forms, `[]…` list, `{}…` map,
 * anything else the name of a definition (`core/v1.PodSpec`).
 */
export type FieldRow = [type: string, number: number, extras?: FieldExtras];

export interface DefinitionRow {
  /** Fields by JSON name. */
  f?: Record<string, FieldRow>;
  /** Inlined definitions: their fields stand in this object in JSON, in a message of their own in protobuf. */
  i?: [definition: string, number: number][];
  /** Has apiVersion and kind. */
  k?: 1;
  /** Atomic struct. */
  M?: 1;
  /** A named list: the type of the list. In protobuf a message whose field 1 repeats. */
  a?: string;
}

export interface BuiltinTable {
  /** Of the Go modules that the table was generated from. */
  version: string;
  kinds: [group: string, version: string, kind: string, definition: string, namespaced: 0 | 1][];
  definitions: Record<string, DefinitionRow>;
}
