import { looksLikePem, type ReadCertificates, readCertificates } from './certificate.ts';
import type { CertificateSource, Problem, ProblemCode } from './model.ts';

/** Fields of an entry that say where certificates are, and what each is for. The last is read and never written. */
export const CERTIFICATE_FIELDS = {
  certificate: 'inline',
  ca_bundle: 'path',
  cabundle_configmap: 'configMap',
  ca_bundle_configmap: 'configMap',
} as const satisfies Record<string, CertificateSource['source']>;

export type CertificateField = keyof typeof CERTIFICATE_FIELDS;

export const isCertificateField = (name: string): name is CertificateField => Object.hasOwn(CERTIFICATE_FIELDS, name);

/** Key of a ConfigMap under which its certificates are, as KServe has it. */
export const BUNDLE_KEY = 'cabundle.crt';

const EXPECTED: Record<CertificateSource['source'], { code: ProblemCode; what: string }> = {
  inline: { code: 'PemExpected', what: 'certificates as PEM text' },
  path: { code: 'PathExpected', what: 'an absolute path of a file in the container' },
  configMap: { code: 'NameExpected', what: 'the name of a ConfigMap' },
};

/** DNS subdomain (RFC 1123), as names of ConfigMaps are. */
const NAME = /^[a-z0-9]([-a-z0-9]*[a-z0-9])?(\.[a-z0-9]([-a-z0-9]*[a-z0-9])?)*$/;

export interface CertificateFieldOptions {
  now: Date;
  /** Certificates of a ConfigMap of the namespace; `undefined` where it or its key is missing. Absent: ConfigMaps are not looked at. */
  configMaps?: ((name: string) => string | undefined) | undefined;
}

/**
 * The certificates that the fields of an entry lead to. The content decides, not the field: PEM is PEM wherever it stands, a path is
 * a path, a name is a name.
 */
export function certificatesOf(
  fields: Readonly<Record<string, unknown>>,
  key: string,
  options: CertificateFieldOptions,
): { certificates: CertificateSource[]; problems: Problem[] } {
  const certificates: CertificateSource[] = [];
  const problems: Problem[] = [];
  for (const field of Object.keys(CERTIFICATE_FIELDS) as CertificateField[]) {
    const value = fields[field];
    if (value === undefined || value === null || value === '') continue;
    const add = (code: ProblemCode, severity: Problem['severity'], message: string) =>
      problems.push({ code, severity, key, field, message });
    const expected = EXPECTED[CERTIFICATE_FIELDS[field]];
    const source = typeof value === 'string' ? sourceOf(value.trim()) : undefined;
    if (!source) {
      add(expected.code, 'error', `${field} of ${key} is neither PEM, a path nor a name; expected ${expected.what}`);
      continue;
    }
    const text = (value as string).trim();
    const deprecated = source !== CERTIFICATE_FIELDS[field] || field === 'ca_bundle_configmap';
    if (deprecated) add('DeprecatedField', 'warning', deprecation(field, key, source));
    const pem = source === 'inline' ? text : source === 'configMap' ? options.configMaps?.(text) : undefined;
    if (source === 'configMap' && options.configMaps && pem === undefined) {
      add(
        'NotFound',
        'error',
        `${field} of ${key} names ConfigMap ${text}, which is not there or has no ${BUNDLE_KEY}`,
      );
    }
    const where = source === 'configMap' ? `ConfigMap ${text} (${field} of ${key})` : `${field} of ${key}`;
    const read: ReadCertificates | undefined =
      pem === undefined ? undefined : readCertificates(pem, where, options.now);
    for (const problem of read?.problems ?? []) problems.push({ ...problem, key, field });
    certificates.push({
      source,
      field,
      deprecated,
      ...(source === 'inline' ? {} : { reference: text }),
      ...(read?.pem ? { pem: read.pem } : {}),
      chain: read?.chain ?? [],
    });
  }
  problems.push(...differences(certificates, key));
  return { certificates, problems };
}

function sourceOf(text: string): CertificateSource['source'] | undefined {
  if (looksLikePem(text)) return 'inline';
  if (/^\/[^\0\n]{0,4095}$/.test(text)) return 'path';
  if (text.length <= 253 && NAME.test(text)) return 'configMap';
  return undefined;
}

function deprecation(field: CertificateField, key: string, source: CertificateSource['source']): string {
  const canonical = { inline: 'certificate', path: 'ca_bundle', configMap: 'cabundle_configmap' }[source];
  const found = { inline: 'PEM text', path: 'a path', configMap: "a ConfigMap's name" }[source];
  return `${field} of ${key} holds ${found}, which belongs into ${canonical}`;
}

/** Certificates that stand inline and in a ConfigMap are the two halves of one thing. */
function differences(certificates: readonly CertificateSource[], key: string): Problem[] {
  const inline = certificates.find(({ source, chain }) => source === 'inline' && chain.length > 0);
  const mapped = certificates.find(({ source, chain }) => source === 'configMap' && chain.length > 0);
  if (!inline || !mapped) return [];
  const [a, b] = [inline, mapped].map(({ chain }) => chain.map(({ fingerprint }) => fingerprint).toSorted());
  if (a!.join() === b!.join()) return [];
  const message = `${inline.field} of ${key} (SHA-256 ${a!.join(', ')}) and ${mapped.field} (ConfigMap ${mapped.reference}, SHA-256 ${b!.join(', ')}) differ`;
  return [{ code: 'CertificatesDiffer', severity: 'warning', key, field: inline.field, message }];
}
