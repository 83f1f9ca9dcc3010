import { StorageError } from './errors.ts';

type Environment = Readonly<Record<string, string | undefined>>;

/** Fields of an `s3` entry and the variables they set (KServe's storage initializer). */
const S3_FIELDS: Readonly<Record<string, string>> = {
  endpoint_url: 'AWS_ENDPOINT_URL',
  access_key_id: 'AWS_ACCESS_KEY_ID',
  secret_access_key: 'AWS_SECRET_ACCESS_KEY',
  region: 'AWS_DEFAULT_REGION',
  ca_bundle: 'AWS_CA_BUNDLE',
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

/**
 * Applies `STORAGE_CONFIG`, the storage entry that a service names, and `STORAGE_OVERRIDE_CONFIG`, whose fields win over it.
 * @throws StorageError InvalidConfiguration
 */
export function withStorageConfig(environment: Environment): Environment {
  const entry = { ...parse(environment, 'STORAGE_CONFIG'), ...parse(environment, 'STORAGE_OVERRIDE_CONFIG') };
  if (entry['type'] === 'hdfs' || entry['type'] === 'webhdfs') return { ...environment, ...hdfsVariables(entry) };
  if (entry['type'] !== 's3') return environment;
  const added: Record<string, string> = {};
  for (const [field, variable] of Object.entries(S3_FIELDS)) {
    if (entry[field] !== undefined) added[variable] = String(entry[field]);
  }
  return { ...environment, ...added };
}

/** All of them, so that nothing of an entry mixes with what the environment has besides. */
function hdfsVariables(entry: Record<string, unknown>): Record<string, string | undefined> {
  if (typeof entry['HDFS_NAMENODE'] !== 'string' || entry['HDFS_NAMENODE'].trim() === '') {
    throw new StorageError('InvalidConfiguration', `the storage entry of type ${entry['type']} has no HDFS_NAMENODE`, {
      hint: 'expected an entry like {"type": "hdfs", "HDFS_NAMENODE": "https://HOST:PORT"}',
    });
  }
  const text = (name: string) => (entry[name] === undefined ? undefined : String(entry[name]));
  const file = (name: string) => {
    const value = text(name)?.trim();
    return !value || value.startsWith('-----BEGIN ') ? value : Buffer.from(value, 'base64').toString('utf8');
  };
  return Object.fromEntries([
    ...HDFS_FIELDS.map((name) => [name, text(name)]),
    ...HDFS_FILES.map((name) => [name, file(name)]),
  ]);
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
