import { StorageError } from '../errors.ts';
import { ENTRY_TYPES } from './entry-type.ts';
import { applyParameters } from './parameters.ts';

type Environment = Readonly<Record<string, string | undefined>>;
type Fields = Readonly<Record<string, unknown>>;

/** Fields of an `s3` entry and the variables they set (KServe's storage initializer). */
const S3_FIELDS: Readonly<Record<string, string>> = {
  endpoint_url: 'AWS_ENDPOINT_URL',
  access_key_id: 'AWS_ACCESS_KEY_ID',
  secret_access_key: 'AWS_SECRET_ACCESS_KEY',
  region: 'AWS_DEFAULT_REGION',
  verify_ssl: 'S3_VERIFY_SSL',
  anonymous: 'awsAnonymousCredential',
};

/** Fields of an `hdfs` or `webhdfs` entry, which are also the names of the variables. */
const HDFS_FIELDS = [
  'HDFS_NAMENODE',
  'HADOOP_USER_NAME',
  'USER_PROXY',
  'HDFS_ROOTPATH',
  'TLS_SKIP_VERIFY',
  'HEADERS',
  'KERBEROS_PRINCIPAL',
] as const;

/** Those that are files; an entry has them in base64. */
const HDFS_FILES = ['TLS_CERT', 'TLS_KEY', 'TLS_CA'] as const;

/** Fields that may hold certificates; one of a ConfigMap is mounted, and its name says nothing here. */
const TRUST_FIELDS = ['certificate', 'ca_bundle', 'cabundle_configmap', 'ca_bundle_configmap'] as const;

/** Variables that hold a field of an entry itself have such names, which no variable of a process has by chance. */
const ENTRY_PREFIX = 'STORAGE_CONFIG.';

/**
 * Applies `STORAGE_CONFIG`, the storage entry that a service names, and `STORAGE_OVERRIDE_CONFIG`, whose fields win over it.
 * @throws StorageError InvalidConfiguration
 */
export function withStorageConfig(environment: Environment): Environment {
  if (!environment['STORAGE_CONFIG'] && !environment['STORAGE_OVERRIDE_CONFIG']) return environment;
  const parameters = parse(environment, 'STORAGE_OVERRIDE_CONFIG');
  const texts = Object.entries(parameters).map(([name, value]) => [name, textOf(value) ?? ''] as const);
  const fields = applyParameters(parse(environment, 'STORAGE_CONFIG'), Object.fromEntries(texts));
  return { ...environment, ...environmentOf(fields) };
}

/**
 * The variables that an entry, with its parameters applied, stands for; `undefined` for one that must not be there beside them. An entry of
 * no known type has none but for certificates to trust.
 * @throws StorageError InvalidConfiguration, without any value
 */
export function environmentOf(fields: Fields): Record<string, string | undefined> {
  return { ...credentialsOf(fields), ...trustOf(fields) };
}

function credentialsOf(fields: Fields): Record<string, string | undefined> {
  const type = textOf(fields['type']) ?? '';
  switch (Object.hasOwn(ENTRY_TYPES, type) ? ENTRY_TYPES[type] : undefined) {
    case 's3':
      return s3Variables(fields);
    case 'hdfs':
      return hdfsVariables(fields);
    default:
      return {};
  }
}

function s3Variables(fields: Fields): Record<string, string> {
  const added: Record<string, string> = {};
  for (const [field, variable] of Object.entries(S3_FIELDS)) {
    const text = textOf(fields[field]);
    if (text !== undefined) added[variable] = text;
  }
  return added;
}

/** All of them, so that nothing of an entry mixes with what the environment has besides. */
function hdfsVariables(fields: Fields): Record<string, string | undefined> {
  if (!textOf(fields['HDFS_NAMENODE'])?.trim()) {
    throw new StorageError('InvalidConfiguration', 'the storage entry of type hdfs has no HDFS_NAMENODE', {
      hint: 'expected an entry like {"type": "hdfs", "HDFS_NAMENODE": "https://HOST:PORT"}',
    });
  }
  const file = (name: string) => {
    const value = textOf(fields[name])?.trim();
    return !value || value.startsWith('-----BEGIN ') ? value : Buffer.from(value, 'base64').toString('utf8');
  };
  return Object.fromEntries([
    ...HDFS_FIELDS.map((name) => [name, textOf(fields[name])]),
    ...HDFS_FILES.map((name) => [name, file(name)]),
  ]);
}

/** By content: PEM text, or the path of a file. */
function trustOf(fields: Fields): Record<string, string> {
  const added: Record<string, string> = {};
  for (const field of TRUST_FIELDS) {
    const text = textOf(fields[field])?.trim();
    if (!text) continue;
    const named = field.endsWith('_configmap') && !/^\/|-----/.test(text);
    if (!named) added[ENTRY_PREFIX + field] = text;
  }
  // KServe's own name of it, for what reads that.
  if (added[`${ENTRY_PREFIX}ca_bundle`]?.startsWith('/')) added['AWS_CA_BUNDLE'] = added[`${ENTRY_PREFIX}ca_bundle`]!;
  return added;
}

/** Numbers and booleans are read as texts; anything else is none. */
function textOf(value: unknown): string | undefined {
  if (typeof value === 'string') return value;
  return typeof value === 'number' || typeof value === 'boolean' ? String(value) : undefined;
}

function parse(environment: Environment, name: string): Record<string, unknown> {
  const text = environment[name];
  if (!text) return {};
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch {
    value = undefined; // no cause: it would quote credentials
  }
  if (typeof value === 'object' && value !== null && !Array.isArray(value)) return value as Record<string, unknown>;
  throw new StorageError('InvalidConfiguration', `environment variable ${name} is not a JSON object`, {
    hint: 'expected an entry like {"type": "s3", "endpoint_url": "https://HOST"}',
  });
}
