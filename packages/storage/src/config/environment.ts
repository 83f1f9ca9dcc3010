import { StorageError } from '../errors.ts';
import { certificateFormOf } from './certificate-form.ts';
import { credentialVariables, ENTRY_PREFIX, textOf } from './credential-variables.ts';
import { applyParameters } from './parameters.ts';

type Environment = Readonly<Record<string, string | undefined>>;
type Fields = Readonly<Record<string, unknown>>;

/** Fields that may hold certificates; one of a ConfigMap is mounted, and its name says nothing here. */
const TRUST_FIELDS = ['certificate', 'ca_bundle', 'cabundle_configmap', 'ca_bundle_configmap'] as const;

/**
 * Applies `STORAGE_CONFIG`, the storage entry that a service names, and `STORAGE_OVERRIDE_CONFIG`, whose fields win over it.
 * @throws StorageError InvalidConfiguration
 */
export function withStorageConfig(environment: Environment): Environment {
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
  return { ...credentialVariables(fields), ...trustOf(fields) };
}

/** By content: PEM text, or the path of a file. */
function trustOf(fields: Fields): Record<string, string> {
  const added: Record<string, string> = {};
  for (const field of TRUST_FIELDS) {
    const text = textOf(fields[field])?.trim();
    if (!text) continue;
    // What is none of the three is left to whoever reads certificates, who says so.
    if (certificateFormOf(text) !== 'configMap') added[ENTRY_PREFIX + field] = text;
  }
  // KServe's own name of it, for what reads that.
  if (added[`${ENTRY_PREFIX}ca_bundle`]?.startsWith('/')) added['AWS_CA_BUNDLE'] = added[`${ENTRY_PREFIX}ca_bundle`]!;
  return added;
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
