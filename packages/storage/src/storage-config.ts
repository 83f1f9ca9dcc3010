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

/**
 * Applies `STORAGE_CONFIG`, the storage entry that a service names, and `STORAGE_OVERRIDE_CONFIG`, whose fields win over it.
 * @throws StorageError InvalidConfiguration
 */
export function withStorageConfig(environment: Environment): Environment {
  const entry = { ...parse(environment, 'STORAGE_CONFIG'), ...parse(environment, 'STORAGE_OVERRIDE_CONFIG') };
  if (entry['type'] !== 's3') return environment;
  const added: Record<string, string> = {};
  for (const [field, variable] of Object.entries(S3_FIELDS)) {
    if (entry[field] !== undefined) added[variable] = String(entry[field]);
  }
  return { ...environment, ...added };
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
