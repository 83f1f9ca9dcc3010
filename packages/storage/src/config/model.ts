/** Kinds of storage. Other names in use: `gs` (gcs), `https` (http), `webhdfs` (hdfs). */
export type EntryType = 's3' | 'gcs' | 'azure' | 'http' | 'hdfs' | 'pvc';

export const PROBLEM_CODES = [
  'NotJson',
  'NotAnObject',
  'UnknownType',
  'WrongValue',
  'MissingField',
  'MisplacedField',
  'DeprecatedField',
  'PathExpected',
  'PemExpected',
  'NameExpected',
  'PemMalformed',
  'PrivateKey',
  'NotAnAuthority',
  'ChainOrder',
  'Expired',
  'ExpiresSoon',
  'NotYetValid',
  'CertificatesDiffer',
  'HalfMissing',
  'NotFound',
] as const;
export type ProblemCode = (typeof PROBLEM_CODES)[number];

/** What is wrong with a storage configuration. The message names key and field, what was found and what is expected; never a value. */
export interface Problem {
  code: ProblemCode;
  severity: 'error' | 'warning';
  /** Key of the Secret. */
  key?: string;
  field?: string;
  message: string;
}

export interface CertificateInfo {
  /** Distinguished name, in one line. */
  subject: string;
  /** RFC 3339. */
  notBefore: string;
  /** RFC 3339. */
  notAfter: string;
  /** SHA-256 of the certificate, hexadecimal with colons. */
  fingerprint: string;
  /** Whether it may sign others (basic constraints). */
  authority: boolean;
}

/** Where an entry says that certificates are, and those that could be read. */
export interface CertificateSource {
  source: 'inline' | 'configMap' | 'path';
  /** The field as it is written. */
  field: string;
  /** Whether this use of the field is one that `migrate` renames. */
  deprecated: boolean;
  /** Name of the ConfigMap, or path of the file. */
  reference?: string;
  /** Certificates alone; undefined where they could not be read. */
  pem?: string;
  chain: CertificateInfo[];
}

export interface StorageEntry {
  key: string;
  /** From the field `type`, else from the key `default_TYPE`. */
  type?: EntryType;
  /** As written; empty where the text is no JSON object. */
  fields: Readonly<Record<string, unknown>>;
  certificates: CertificateSource[];
  problems: Problem[];
}

/** The Secret `storage-config`. */
export interface StorageConfig {
  entries: StorageEntry[];
  /** What annotations of a service account or of its Secret say about S3, as an entry with the key ''. */
  annotated?: StorageEntry;
  /** Of the Secret itself. */
  problems: Problem[];
}

/** Linux gives a program no environment variable longer than 128 KiB, and an entry is handed over as one (`STORAGE_CONFIG`). */
export const MAX_ENTRY_BYTES = 131_072 - 'STORAGE_CONFIG=\0'.length;
