import { type CertificateFieldOptions, certificatesOf, isCertificateField } from './certificate-fields.ts';
import { entryTypeFrom } from './entry-type.ts';
import type { Problem, StorageConfig, StorageEntry } from './model.ts';

/** An entry above this is no entry; the API server limits a whole Secret to as much. */
const MAX_ENTRY_CHARACTERS = 1024 * 1024;

/**
 * The Secret `storage-config`: one JSON object under each key (KServe, ModelMesh). Never throws.
 * @param data  decoded texts by key
 */
export function parseStorageConfig(
  data: Readonly<Record<string, string>>,
  options: CertificateFieldOptions,
): StorageConfig {
  const entries: StorageEntry[] = [];
  const problems: Problem[] = [];
  for (const [key, text] of Object.entries(data)) {
    if (isCertificateField(key)) {
      problems.push({
        code: 'MisplacedField',
        severity: 'error',
        key,
        message: `${key} stands beside the entries; it belongs inside the JSON object of an entry of type s3`,
      });
      continue;
    }
    entries.push(parseEntry(key, text, options));
  }
  return { entries, problems };
}

function parseEntry(key: string, text: string, options: CertificateFieldOptions): StorageEntry {
  const value = parseJson(text);
  if (value === undefined || typeof value !== 'object' || value === null || Array.isArray(value)) {
    const code = value === undefined ? 'NotJson' : 'NotAnObject';
    const message = `${key} is not ${value === undefined ? 'JSON' : 'a JSON object'}; expected an object like {"type": "s3", …}`;
    return { key, fields: {}, certificates: [], problems: [{ code, severity: 'error', key, message }] };
  }
  const fields = value as Record<string, unknown>;
  const { type, problems } = entryTypeFrom(fields['type'], key);
  const found = certificatesOf(fields, key, options);
  return {
    key,
    ...(type ? { type } : {}),
    fields,
    certificates: found.certificates,
    problems: [...problems, ...found.problems],
  };
}

function parseJson(text: string): unknown {
  if (text.length > MAX_ENTRY_CHARACTERS) return undefined;
  try {
    return JSON.parse(text);
  } catch {
    return undefined; // no cause: it would quote credentials
  }
}
