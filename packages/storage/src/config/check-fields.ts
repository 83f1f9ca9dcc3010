import type { EntryType, Problem } from './model.ts';

/** Fields whose values are texts, by the kind of storage (KServe, ModelMesh). */
export const TEXT_FIELDS: Readonly<Record<EntryType, readonly string[]>> = {
  s3: [
    'access_key_id',
    'secret_access_key',
    'endpoint_url',
    'region',
    'bucket',
    'default_bucket',
    'verify_ssl',
    'anonymous',
  ],
  gcs: ['bucket', 'private_key', 'client_email', 'token_uri'],
  azure: ['account_name', 'container', 'connection_string', 'client_id', 'client_secret', 'tenant_id'],
  http: ['url', 'client_certificate', 'client_key'],
  hdfs: [
    'HDFS_NAMENODE',
    'HDFS_ROOTPATH',
    'HADOOP_USER_NAME',
    'USER_PROXY',
    'KERBEROS_PRINCIPAL',
    'KERBEROS_KEYTAB',
    'TLS_CERT',
    'TLS_KEY',
    'TLS_CA',
    'TLS_SKIP_VERIFY',
    'HEADERS',
    'N_THREADS',
  ],
  pvc: ['name'],
};

const EVERYWHERE = ['certificate', 'ca_bundle', 'cabundle_configmap', 'ca_bundle_configmap'];

/** Fields that mean something only together; parameters of a service may still bring what is missing. */
const TOGETHER: Readonly<Partial<Record<EntryType, readonly (readonly string[])[]>>> = {
  s3: [['access_key_id', 'secret_access_key']],
  gcs: [['private_key', 'client_email']],
  azure: [['client_id', 'client_secret', 'tenant_id']],
  http: [['client_certificate', 'client_key']],
  hdfs: [['HDFS_NAMENODE'], ['TLS_CERT', 'TLS_KEY']],
  pvc: [['name']],
};

/** Values that are no texts, and fields that are missing beside others. */
export function checkFields(
  key: string,
  type: EntryType | undefined,
  fields: Readonly<Record<string, unknown>>,
): Problem[] {
  const problems: Problem[] = [];
  const report = (code: Problem['code'], severity: Problem['severity'], field: string, message: string) =>
    problems.push({ code, severity, key, field, message: `field "${field}" of key "${key}" ${message}` });
  for (const field of [...(type ? TEXT_FIELDS[type] : []), ...EVERYWHERE]) {
    const value = Object.hasOwn(fields, field) ? fields[field] : undefined;
    if (value === undefined || typeof value === 'string') continue;
    const scalar = typeof value === 'number' || typeof value === 'boolean' || value === null;
    report(
      'WrongValue',
      scalar ? 'warning' : 'error',
      field,
      `is ${kindOf(value)}; expected a text${scalar ? ', as other readers take no other' : ''}`,
    );
  }
  if (type === 'http' && fields['headers'] !== undefined && !areHeaders(fields['headers'])) {
    report(
      'WrongValue',
      'error',
      'headers',
      'holds no headers; expected an object of texts or lists of texts, or such an object as JSON text',
    );
  }
  for (const group of (type && TOGETHER[type]) ?? []) {
    const missing = group.filter(
      (field) => fields[field] === undefined || fields[field] === null || fields[field] === '',
    );
    if (missing.length === 0 || (missing.length === group.length && group.length > 1)) continue;
    const present = group.filter((field) => !missing.includes(field));
    for (const field of missing) {
      report(
        'MissingField',
        'warning',
        field,
        present.length > 0 ? `is missing, ${present.join(' and ')} is there; expected both` : 'is missing',
      );
    }
  }
  return problems;
}

function areHeaders(value: unknown): boolean {
  if (typeof value === 'string') {
    try {
      const parsed: unknown = JSON.parse(value);
      return typeof parsed !== 'string' && areHeaders(parsed);
    } catch {
      return false;
    }
  }
  if (typeof value !== 'object' || value === null || Array.isArray(value)) return false;
  return Object.values(value).every(
    (each) => typeof each === 'string' || (Array.isArray(each) && each.every((one) => typeof one === 'string')),
  );
}

function kindOf(value: unknown): string {
  if (value === null) return 'null';
  return Array.isArray(value) ? 'a list' : `a${typeof value === 'object' ? 'n' : ''} ${typeof value}`;
}
