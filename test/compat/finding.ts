/** What of a definition was compared. */
export type Aspect =
  | 'missing'
  | 'type'
  | 'format'
  | 'default'
  | 'required'
  | 'enum'
  | 'bounds'
  | 'pattern'
  | 'nullable'
  | 'list-type'
  | 'map-type'
  | 'unknown-fields'
  | 'embedded-resource'
  | 'combination'
  | 'rules'
  | 'names'
  | 'scope'
  | 'version'
  | 'storage'
  | 'subresources'
  | 'columns';

/** One way in which our definition takes less than, or means something other than, the reference. */
export interface Finding {
  aspect: Aspect;
  theirs: unknown;
  ours: unknown;
}

/** A finding and where it is: `spec.predictor.containers[].env[].name`; values of a map are `{}`. */
export interface LocatedFinding extends Finding {
  path: string;
  /** The part that it is in is kept as it comes, without a schema. */
  isKeptOpen?: true;
}

/** How one node of the reference compares with ours. */
export interface NodeVerdict {
  findings: Finding[];
  /** Aspects in which ours takes more than the reference. */
  wider: Aspect[];
}
