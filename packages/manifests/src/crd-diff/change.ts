/** What a change of a definition is about. A closed set, for people who filter the JSON. */
export type CrdChangeRule =
  | 'DefinitionAdded'
  | 'DefinitionRemoved'
  | 'NamesChanged'
  | 'ScopeChanged'
  | 'ConversionChanged'
  | 'VersionAdded'
  | 'VersionRemoved'
  | 'StoredVersionRemoved'
  | 'VersionServed'
  | 'VersionNotServed'
  | 'StorageVersionChanged'
  | 'SubresourceChanged'
  | 'PrinterColumnChanged'
  | 'FieldAdded'
  | 'FieldRemoved'
  | 'TypeChanged'
  | 'RequiredChanged'
  | 'DefaultChanged'
  | 'EnumChanged'
  | 'LimitChanged'
  | 'PatternChanged'
  | 'FormatChanged'
  | 'RuleChanged'
  | 'ListTypeChanged'
  | 'UnknownFieldsChanged';

/** One thing that is different for those who write or read objects of a kind. */
export interface CrdChange {
  /** `inferenceservices.serving.kserve.io`. */
  readonly definition: string;
  readonly kind: string;
  /** Absent: of the definition as a whole. */
  readonly version?: string;
  /** `spec.predictor.containers[].image`, `[]` for items of a list, `*` for values of a map. Empty: of the version as a whole. */
  readonly path: string;
  readonly rule: CrdChangeRule;
  /** Whether objects, clients or habits that worked before may not work after it. */
  readonly breaks: boolean;
  /** One sentence, without kind, version and path. */
  readonly message: string;
}

/** `InferenceService v1beta1 spec.predictor: …`. */
export function changeSentence({ kind, version, path, message }: CrdChange): string {
  return `${[kind, version, path].filter(Boolean).join(' ')}: ${message}`;
}

/** Takes the changes of one place: most of a change is the same for all of them. */
export type Report = (path: string, rule: CrdChangeRule, effect: 'breaks' | 'fits', message: string) => void;
