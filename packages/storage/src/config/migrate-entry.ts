import { isCertificateField } from './certificate-fields.ts';
import { type Draft, type EntryContext, note } from './entry-draft.ts';
import { fillBucket, fillHalves } from './fill-halves.ts';
import { type JsonMembers, openJsonMembers } from './json-members.ts';
import type { MigrationChange, MigrationRemark } from './migrate.ts';
import { kindOfText } from './migrate-fields.ts';
import { type Halves, readHalves } from './migrate-halves.ts';
import { Refusal } from './migration-refusal.ts';
import { MAX_ENTRY_BYTES } from './model.ts';

export interface EntryMigration {
  /** `undefined`: nothing changes. */
  text: string | undefined;
  configMaps: Record<string, string>;
  changes: MigrationChange[];
  remarks: MigrationRemark[];
}

/** One entry. `added` are certificate fields that stood beside the entries. Never throws. */
export function migrateEntry(
  key: string,
  text: string,
  context: EntryContext,
  added: Readonly<Record<string, string>> = {},
): EntryMigration {
  const draft: Draft = { key, changes: [], remarks: [], configMaps: {}, members: openJsonMembers(text) as JsonMembers };
  try {
    if (!draft.members) throw notAnEntry(text);
    convertScalars(draft);
    for (const [field, value] of Object.entries(added)) {
      draft.members.set(field, value, 'certificate');
      note(draft, field, 'moved', `${field} stood beside the entries`);
    }
    const halves = readHalves(draft.members, context.now);
    putUnderNames(draft, halves, context);
    if (context.to === 'dual') fillHalves(draft, halves, context);
    if (context.to === 'dual') fillBucket(draft);
    const after = draft.members.text();
    if (after !== text && Buffer.byteLength(after) > MAX_ENTRY_BYTES) throw tooLarge(Buffer.byteLength(after));
    const changed = after !== text || draft.changes.length > 0;
    return {
      text: changed ? after : undefined,
      configMaps: changed ? draft.configMaps : {},
      changes: draft.changes,
      remarks: draft.remarks,
    };
  } catch (error) {
    if (!(error instanceof Refusal)) throw error;
    const { code, field, message, hint } = error;
    const remark = { key, ...(field ? { field } : {}), code, untouched: true, message, hint };
    return { text: undefined, configMaps: {}, changes: [], remarks: [remark] };
  }
}

/** Upstream reads a map of texts (Go's `map[string]string`), and refuses the whole entry for one number or boolean. */
function convertScalars({ key, members, changes }: Draft): void {
  for (const field of members.names()) {
    const value = members.get(field);
    if (typeof value === 'string') {
      // Upstream takes a line end behind a name or a path as a part of it.
      if (!isCertificateField(field) || kindOfText(value) === 'pem' || value === value.trim()) continue;
      members.set(field, value.trim());
      changes.push({ key, field, action: 'converted', message: `${field} had blanks around it` });
      continue;
    }
    if (typeof value === 'boolean' || typeof value === 'number') {
      members.set(field, String(value));
      changes.push({ key, field, action: 'converted', message: `${field} is now a text; it was a ${typeof value}` });
      continue;
    }
    const what = value === null ? 'null' : Array.isArray(value) ? 'a list' : 'an object';
    throw new Refusal(
      'NotFlat',
      field,
      `${field} is ${what}, and ModelMesh's controller refuses a Secret in which any value of any entry is not a text`,
      value === null ? `remove ${field}` : `remove ${field}, or keep the entry in a Secret that only Serval reads`,
    );
  }
}

/** PEM under `certificate`, a path under `ca_bundle`, a ConfigMap's name under `cabundle_configmap`; values stay as they are. */
function putUnderNames(draft: Draft, { pem, path, name }: Halves, { mountedFile }: EntryContext): void {
  const { members } = draft;
  // A path moved beside a ConfigMap would win over it in KServe, which has not looked at `certificate` since 0.12.
  const isDead = path !== undefined && name !== undefined && path.value !== mountedFile;
  const moves: { from: string; target: string }[] = [];
  for (const { target, found } of [
    { target: 'certificate', found: pem },
    { target: 'ca_bundle', found: path },
    { target: 'cabundle_configmap', found: name },
  ]) {
    const [first, ...others] = found?.fields ?? [];
    const stays = found?.fields.includes(target) ?? false;
    for (const field of [first, ...others]) {
      if (field === undefined || field === target) continue;
      if (!stays && target === 'ca_bundle' && isDead) {
        members.remove(field);
        note(
          draft,
          field,
          'removed',
          `${field} was a path that KServe does not read, and would win over the ConfigMap`,
        );
      } else if (stays || field !== first) {
        members.remove(field);
        note(draft, field, 'removed', `${field} said the same as ${target}`);
      } else {
        moves.push({ from: field, target });
        note(draft, target, 'renamed', `${field} is now ${target}: it ${meaning[target]}`);
      }
    }
  }
  // Two fields may change places with each other.
  for (const { from, target } of moves) members.rename(from, `\0${target}`);
  for (const { target } of moves) members.rename(`\0${target}`, target);
}

const meaning: Readonly<Record<string, string>> = {
  certificate: 'holds PEM text',
  ca_bundle: 'is the path of a file, which KServe 0.12 and newer reads under this name only and which must be there',
  cabundle_configmap: 'names a ConfigMap',
};

function notAnEntry(text: string): Refusal {
  let isJson = true;
  try {
    JSON.parse(text);
  } catch {
    isJson = false;
  }
  return new Refusal(
    isJson ? 'NotAnObject' : 'NotJson',
    undefined,
    isJson ? 'the value is JSON, but no object' : 'the value is no JSON',
    'expected an entry like {"type": "s3", "endpoint_url": "https://HOST"}; mend it, or delete the key: ModelMesh reads no entry of a Secret that has such a key',
  );
}

function tooLarge(bytes: number): Refusal {
  return new Refusal(
    'TooLarge',
    'certificate',
    `with the certificates in it the entry would have ${bytes} bytes; KServe hands it over as one environment variable, which holds ${MAX_ENTRY_BYTES}`,
    'leave out of the ConfigMap the authorities that this storage does not need',
  );
}
