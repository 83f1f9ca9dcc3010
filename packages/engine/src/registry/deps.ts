import type { RuleChecker } from '@serval/kube/cel';
import type { Log } from '@serval/kube/client';
import type { AnyObject } from '@serval/kube/objects';
import type { Write } from '../store/change.ts';
import type { Store } from '../store/store.ts';
import type { Catalogue } from './catalogue.ts';
import type { User } from './request-options.ts';
import type { ServedResource } from './served-resource.ts';

export type Operation = 'CREATE' | 'UPDATE' | 'DELETE' | 'CONNECT';

/** What a webhook is asked about. Objects are in the version of `resource`. */
export interface AdmissionAttributes {
  operation: Operation;
  resource: ServedResource;
  subresource: string;
  namespace: string;
  name: string;
  object: AnyObject | null;
  oldObject: AnyObject | null;
  dryRun: boolean;
  options: Record<string, unknown>;
  user: User;
  signal: AbortSignal;
  warn(text: string): void;
}

/** Calls out to what may change or refuse a request. Both throw `StatusError` to refuse. */
export interface Admission {
  /** Answers the object that goes on; the same one when nothing changed it. */
  mutate(attributes: AdmissionAttributes): Promise<AnyObject>;
  validate(attributes: AdmissionAttributes): Promise<void>;
}

/** Keeps `metadata.managedFields`. */
export interface FieldOwnership {
  /**
   * Records who owns what after a write that was no apply. `live` is absent on create.
   * Answers the object with its managedFields; must leave its argument alone.
   */
  recordUpdate(input: {
    resource: ServedResource;
    live: AnyObject | undefined;
    next: AnyObject;
    manager: string;
    subresource: string;
    nowMs: number;
  }): AnyObject;
  /** Merges an applied configuration into the live object. Throws `Conflict`. */
  apply(input: {
    resource: ServedResource;
    live: AnyObject | undefined;
    applied: AnyObject;
    manager: string;
    force: boolean;
    subresource: string;
    nowMs: number;
  }): AnyObject;
}

export interface RegistryDeps {
  store: Store;
  /** `store.write` with its failures told as StatusErrors; conflicts stay `WriteConflict`. */
  write(write: Write): Promise<AnyObject>;
  catalogue: Catalogue;
  admission: Admission;
  ownership: FieldOwnership;
  /** Rules that definitions bring for their own kinds. */
  rules: RuleChecker;
  log: Log;
  clock(): number;
}
