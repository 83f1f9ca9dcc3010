/** Who asks. */
export interface User {
  name: string;
  uid?: string;
  groups: readonly string[];
}

/** What every write carries besides the object. */
export interface WriteOptions {
  dryRun: boolean;
  fieldManager: string;
  fieldValidation: 'Ignore' | 'Warn' | 'Strict';
  user: User;
  signal: AbortSignal;
  /** Called for each text of a `Warning` header. */
  warn(text: string): void;
}

export interface DeleteOptions extends WriteOptions {
  gracePeriodSeconds?: number;
  propagationPolicy?: 'Foreground' | 'Background' | 'Orphan';
  preconditions?: { uid?: string; resourceVersion?: string };
}

/** Address of an object. `namespace` is empty for cluster-scoped ones. */
export interface Target {
  namespace: string;
  name: string;
}
