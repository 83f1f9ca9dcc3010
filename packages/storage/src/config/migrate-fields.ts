import { looksLikePem } from './certificate.ts';
import { CERTIFICATE_FIELDS, type CertificateField } from './certificate-fields.ts';
import type { JsonMembers } from './json-members.ts';

/** Every name under which an entry says whom to trust. */
export const certificateFieldNames = Object.keys(CERTIFICATE_FIELDS) as readonly CertificateField[];

/** What a text is, told by itself and not by where it stands. */
export type FieldKind = 'pem' | 'path' | 'name' | 'nothing' | 'other';

export function kindOfText(value: unknown): FieldKind {
  if (value === undefined || value === '') return 'nothing';
  if (typeof value !== 'string') return 'other';
  if (looksLikePem(value)) return 'pem';
  if (/^\/[^\n\r\0]+$/.test(value)) return 'path';
  return isObjectName(value) ? 'name' : 'other';
}

/** A DNS subdomain (RFC 1123), as ConfigMaps are named. */
export function isObjectName(text: string): boolean {
  return text.length <= 253 && /^[a-z0-9]([-a-z0-9]*[a-z0-9])?(\.[a-z0-9]([-a-z0-9]*[a-z0-9])?)*$/.test(text);
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
