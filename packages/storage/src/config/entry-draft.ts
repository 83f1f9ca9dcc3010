import type { JsonMembers } from './json-members.ts';
import type { MigrationChange, MigrationRemark } from './migrate.ts';

export interface EntryContext {
  now: Date;
  secretName: string;
  to: 'dual' | 'names';
  /** Where upstream mounts a ConfigMap with certificates. */
  mountedFile: string;
  configMaps: (name: string) => string | undefined;
  mayCreate: (name: string) => boolean;
}

/** An entry while it is worked on. */
export interface Draft {
  key: string;
  members: JsonMembers;
  changes: MigrationChange[];
  remarks: MigrationRemark[];
  configMaps: Record<string, string>;
}

export function note(draft: Draft, field: string, action: MigrationChange['action'], message: string): void {
  draft.changes.push({ key: draft.key, field, action, message });
}
