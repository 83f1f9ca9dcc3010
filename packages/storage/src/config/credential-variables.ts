import { StorageError } from '../errors.ts';
import { ENTRY_TYPES } from './entry-type.ts';

type Fields = Readonly<Record<string, unknown>>;
/** `undefined` for one that must not be there beside the others. */
type Variables = Record<string, string | undefined>;

/** Variables that hold a field of an entry itself have such names, which no variable of a process has by chance. */
export const ENTRY_PREFIX = 'STORAGE_CONFIG.';

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

/** Credentials and addresses of an entry, in the variables that providers read. @throws StorageError InvalidConfiguration */
export function credentialVariables(fields: Fields): Variables {
  const type = textOf(fields['type']) ?? '';
  switch (Object.hasOwn(ENTRY_TYPES, type) ? ENTRY_TYPES[type] : undefined) {
    case 's3':
      return s3Variables(fields);
    case 'gcs':
      return gcsVariables(fields);
    case 'azure':
      return azureVariables(fields);
    case 'http':
      return httpVariables(fields);
    case 'hdfs':
      return hdfsVariables(fields);
    default:
      return {}; // a claim has none, and others are for readers of their own
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

/** A service account's key, as its file would have it. Without one, other credentials stay in effect. */
function gcsVariables(fields: Fields): Variables {
  const account = together(fields, ['private_key', 'client_email'], 'gcs');
  if (!account) return {};
  const tokenUri = textOf(fields['token_uri']);
  const content = { type: 'service_account', ...account, ...(tokenUri ? { token_uri: tokenUri } : {}) };
  return {
    GOOGLE_APPLICATION_CREDENTIALS: undefined,
    GOOGLE_APPLICATION_CREDENTIALS_JSON: JSON.stringify(content),
  };
}

const NO_AZURE: Variables = Object.fromEntries(
  [
    'AZURE_STORAGE_SAS_TOKEN',
    'AZURE_STORAGE_CONNECTION_STRING',
    'AZURE_STORAGE_ACCESS_KEY',
    'AZURE_STORAGE_KEY',
    'AZURE_FEDERATED_TOKEN_FILE',
  ].map((name) => [name, undefined]),
);

/** The connection string wins over the service principal (ModelMesh). Without either, other credentials stay in effect. */
function azureVariables(fields: Fields): Variables {
  const connectionString = textOf(fields['connection_string']);
  if (connectionString) return { ...NO_AZURE, AZURE_STORAGE_CONNECTION_STRING: connectionString };
  const principal = together(fields, ['client_id', 'client_secret', 'tenant_id'], 'azure');
  if (!principal) return {};
  return {
    ...NO_AZURE,
    AZ_CLIENT_ID: principal['client_id'],
    AZ_CLIENT_SECRET: principal['client_secret'],
    AZ_TENANT_ID: principal['tenant_id'],
  };
}

/** For the server of `url`, or that of the URI that is fetched where there is none. */
function httpVariables(fields: Fields): Variables {
  const variables: Variables = {};
  const identity = together(fields, ['client_certificate', 'client_key'], 'http');
  const headers = headersOf(fields['headers']);
  const url = textOf(fields['url'])?.trim();
  if (url && (!URL.canParse(url) || !/^https?:\/\//i.test(url))) {
    throw new StorageError('InvalidConfiguration', 'field "url" of the storage entry is no http or https address');
  }
  if (url) variables[`${ENTRY_PREFIX}url`] = url;
  if (headers) variables[`${ENTRY_PREFIX}headers`] = headers;
  for (const [field, text] of Object.entries(identity ?? {})) variables[ENTRY_PREFIX + field] = text;
  return variables;
}

/** JSON of texts: several values of a header are one with commas (RFC 9110, section 5.3). */
function headersOf(value: unknown): string | undefined {
  if (typeof value !== 'object' || value === null) return textOf(value);
  return JSON.stringify(
    Object.fromEntries(
      Object.entries(value).map(([name, each]) => [name, Array.isArray(each) ? each.join(', ') : each]),
    ),
  );
}

/** All of these fields, or `undefined` where the entry has none of them. @throws StorageError InvalidConfiguration for some of them */
function together(fields: Fields, names: readonly string[], type: string): Record<string, string> | undefined {
  const found = names.flatMap((name): [string, string][] => {
    const text = textOf(fields[name]);
    return text?.trim() ? [[name, text]] : [];
  });
  if (found.length === 0) return undefined;
  if (found.length === names.length) return Object.fromEntries(found);
  const missing = names.filter((name) => !found.some(([there]) => there === name));
  throw new StorageError(
    'InvalidConfiguration',
    `the storage entry of type ${type} has no ${missing.join(' and no ')}`,
    {
      hint: `${names.join(', ')} go together`,
    },
  );
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

/** Numbers and booleans are read as texts; anything else is none. */
export function textOf(value: unknown): string | undefined {
  if (typeof value === 'string') return value;
  return typeof value === 'number' || typeof value === 'boolean' ? String(value) : undefined;
}
