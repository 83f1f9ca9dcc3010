import { CERTIFICATE_FIELDS, type CertificateField } from './certificate-fields.ts';
import { certificateFormOf } from './certificate-form.ts';
import type { JsonMembers } from './json-members.ts';

/** Every name under which an entry says whom to trust. */
export const certificateFieldNames = Object.keys(CERTIFICATE_FIELDS) as readonly CertificateField[];

/** What a text is, told by itself and not by where it stands. */
export type FieldKind = 'pem' | 'path' | 'name' | 'nothing' | 'other';

const kinds = { inline: 'pem', path: 'path', configMap: 'name' } as const;

export function kindOfText(value: unknown): FieldKind {
  if (value === undefined || (typeof value === 'string' && value.trim() === '')) return 'nothing';
  const form = typeof value === 'string' ? certificateFormOf(value) : undefined;
  return form ? kinds[form] : 'other';
}

/** The type that the entry says, or its key, or what only s3 has. */
export function typeOfEntry(key: string, members: JsonMembers): string | undefined {
  const type = members.get('type');
  if (typeof type === 'string' && type !== '') return type;
  if (key.startsWith('default_')) return key.slice('default_'.length);
  return ['access_key_id', 'secret_access_key', 'endpoint_url'].some((name) => typeof members.get(name) === 'string')
    ? 's3'
    : undefined;
}

export function looksLikeS3(key: string, members: JsonMembers): boolean {
  return typeOfEntry(key, members) === 's3';
}
