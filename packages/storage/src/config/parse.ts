import { fieldsFromAnnotations } from './annotations.ts';
import { CERTIFICATE_FIELDS, certificatesOf, isCertificateField } from './certificate-fields.ts';
import { certificateFormOf } from './certificate-form.ts';
import { checkFields } from './check-fields.ts';
import { entryTypeFrom } from './entry-type.ts';
import type { Problem, StorageConfig, StorageEntry } from './model.ts';

export interface ParseOptions {
  now: Date;
  /** `cabundle.crt` of a ConfigMap by its name; `undefined` where either is missing. Without it, names are not looked up. */
  configMaps?: ((name: string) => string | undefined) | undefined;
  /** Of a service account or of its Secret. */
  annotations?: Readonly<Record<string, string>> | undefined;
}

/** Most characters of one entry: a Secret holds no more. */
const MAX_ENTRY_LENGTH = 1024 * 1024;

/**
 * Reads all entries of the Secret `storage-config`, of KServe's form and of ModelMesh's. Never throws: what is wrong is among the problems of
 * the entry, or of the Secret.
 * @param data  decoded texts by key
 */
export function parseStorageConfig(data: Readonly<Record<string, string>>, options: ParseOptions): StorageConfig {
  const problems: Problem[] = [];
  const entries: StorageEntry[] = [];
  for (const [key, text] of Object.entries(data)) {
    if (isCertificateField(key) && !text.trim().startsWith('{')) problems.push(misplaced(key, text));
    else entries.push(parseEntry(key, text, options));
  }
  const annotated = annotatedEntry(options);
  return { entries, problems, ...(annotated ? { annotated } : {}) };
}

/** One entry: the JSON text under a key of the Secret. */
function parseEntry(key: string, text: string, options: ParseOptions): StorageEntry {
  const problem = (code: Problem['code'], message: string): StorageEntry => ({
    key,
    fields: {},
    certificates: [],
    problems: [{ code, severity: 'error', key, message: `key "${key}" ${message}` }],
  });
  if (text.length > MAX_ENTRY_LENGTH) {
    return problem('WrongValue', `has ${text.length} characters; at most ${MAX_ENTRY_LENGTH} are read`);
  }
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch (error) {
    // Of the parser's message only the position is taken: the rest quotes the text.
    const [, line, column] = /\(line (\d+) column (\d+)\)/.exec(String(error)) ?? [];
    const at = line ? ` (line ${line}, column ${column})` : '';
    return problem('NotJson', `is not JSON${at}; expected an object like {"type": "s3", "bucket": "models"}`);
  }
  if (typeof value !== 'object' || value === null || Array.isArray(value)) {
    const found = value === null ? 'null' : Array.isArray(value) ? 'a list' : `a ${typeof value}`;
    return problem('NotAnObject', `holds ${found}; expected a JSON object like {"type": "s3", "bucket": "models"}`);
  }
  return entryFrom(key, value as Record<string, unknown>, options);
}

/** The same of an object, such as an entry with parameters applied. */
export function entryFrom(key: string, fields: Readonly<Record<string, unknown>>, options: ParseOptions): StorageEntry {
  const { type, problems } = entryTypeFrom(fields['type'], key);
  const { certificates, problems: found } = certificatesOf(fields, CERTIFICATE_FIELDS, { ...options, key });
  return {
    key,
    ...(type ? { type } : {}),
    fields,
    certificates,
    problems: [...problems, ...checkFields(key, type, fields), ...found],
  };
}

function misplaced(key: string, text: string): Problem {
  const form = certificateFormOf(text);
  const found =
    form === 'inline' ? 'PEM text' : form === 'path' ? 'a path' : form === 'configMap' ? 'a name' : 'a value';
  return {
    code: 'MisplacedField',
    severity: 'error',
    key,
    message: `key "${key}" of the Secret holds ${found} that nobody reads there; expected it as a field of an s3 entry`,
  };
}

function annotatedEntry(options: ParseOptions): StorageEntry | undefined {
  const read = options.annotations && fieldsFromAnnotations(options.annotations);
  if (!read) return undefined;
  const { certificates, problems } = certificatesOf(read.written, read.meanings, { ...options, key: '' });
  return { key: '', type: 's3', fields: read.fields, certificates, problems };
}
