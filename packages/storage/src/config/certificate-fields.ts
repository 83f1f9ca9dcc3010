import { readCertificates } from './certificate.ts';
import { certificateFormOf } from './certificate-form.ts';
import type { CertificateSource, Problem, ProblemCode, StorageEntry } from './model.ts';
import { looksLikeEncodedPem, MAX_PEM_LENGTH } from './pem.ts';

/** What each field is meant to hold: the form that is written, whatever is read. */
export const CERTIFICATE_FIELDS = {
  certificate: 'inline',
  ca_bundle: 'path',
  cabundle_configmap: 'configMap',
  ca_bundle_configmap: 'configMap',
} as const satisfies Record<string, CertificateSource['source']>;

export type CertificateField = keyof typeof CERTIFICATE_FIELDS;

export const isCertificateField = (name: string): name is CertificateField => Object.hasOwn(CERTIFICATE_FIELDS, name);

/** Read and never written. */
const OLD_NAMES: Readonly<Record<string, string>> = { ca_bundle_configmap: 'cabundle_configmap' };

const FORMS = {
  inline: { text: 'certificates as PEM text', code: 'PemExpected', field: 'certificate' },
  path: { text: 'an absolute path', code: 'PathExpected', field: 'ca_bundle' },
  configMap: { text: 'the name of a ConfigMap', code: 'NameExpected', field: 'cabundle_configmap' },
} as const satisfies Record<CertificateSource['source'], { text: string; code: ProblemCode; field: string }>;

/** Key of a ConfigMap that holds certificates (KServe). */
export const BUNDLE_KEY = 'cabundle.crt';

export interface FieldContext {
  key: string;
  now: Date;
  configMaps?: ((name: string) => string | undefined) | undefined;
}

/** The certificates that fields lead to, and how they agree. @param meanings  the fields, and what each is for */
export function certificatesOf(
  fields: Readonly<Record<string, unknown>>,
  meanings: Readonly<Record<string, CertificateSource['source']>>,
  context: FieldContext,
): Pick<StorageEntry, 'certificates' | 'problems'> {
  const read = Object.entries(meanings).flatMap(([field, meant]) => {
    const value = Object.hasOwn(fields, field) ? fields[field] : undefined;
    return typeof value === 'string' ? [certificateOfField(field, value, meant, context)] : [];
  });
  const certificates = read.flatMap(({ certificate }) => certificate ?? []);
  return {
    certificates,
    problems: [...read.flatMap(({ problems }) => problems), ...comparison(certificates, context.key)],
  };
}

/** The certificates that one field names. @param meant  what a field of this name is for */
function certificateOfField(
  field: string,
  value: string,
  meant: CertificateSource['source'],
  { key, now, configMaps }: FieldContext,
): { certificate?: CertificateSource; problems: Problem[] } {
  const problems: Problem[] = [];
  const report = (code: ProblemCode, severity: Problem['severity'], message: string) =>
    problems.push({ code, severity, key, field, message: `${whereOf(key, field)} ${message}` });
  const text = value.trim();
  if (text === '') return { problems };
  const source = certificateFormOf(text);
  const { text: expected, code, field: canonical } = FORMS[meant];
  if (source === undefined) {
    const found = looksLikeEncodedPem(text)
      ? 'is a certificate in base64 once more'
      : text.length > MAX_PEM_LENGTH
        ? `has ${text.length} characters, more than the ${MAX_PEM_LENGTH} that are read,`
        : 'is neither PEM text nor an absolute path nor the name of a ConfigMap';
    report(code, 'error', `${found}; expected ${expected}`);
    return { problems };
  }
  const oldName = OLD_NAMES[field];
  const deprecated = source !== meant || oldName !== undefined;
  if (deprecated) {
    const form = FORMS[source];
    report(
      'DeprecatedField',
      'warning',
      `holds ${form.text}, which now stands in ${source === meant ? oldName : `${form.field} (${canonical === field ? 'this field' : canonical} is for ${expected})`}`,
    );
  }
  if (source === 'path') return { certificate: { source, field, deprecated, reference: text, chain: [] }, problems };
  const pem = source === 'inline' ? text : configMaps?.(text);
  if (pem === undefined) {
    if (configMaps) {
      // The name is shown only where a name is expected: elsewhere it may be something that slipped into the field.
      const name = meant === 'configMap' ? `"${text}"` : 'of that name';
      report(
        'NotFound',
        'error',
        `names a ConfigMap; there is none ${name} with the key ${BUNDLE_KEY}`.replace('none "', 'no "'),
      );
    }
    return { certificate: { source, field, deprecated, reference: text, chain: [] }, problems };
  }
  const shown =
    source === 'inline' ? whereOf(key, field) : `${BUNDLE_KEY} of the ConfigMap that ${whereOf(key, field)} names`;
  const read = readCertificates(pem, shown, now);
  problems.push(...read.problems.map((problem) => ({ ...problem, key, field })));
  return {
    certificate: {
      source,
      field,
      deprecated,
      ...(source === 'configMap' ? { reference: text } : {}),
      ...(read.pem === '' ? {} : { pem: read.pem }),
      chain: read.chain,
    },
    problems,
  };
}

/** A warning when the inline certificates and those of a ConfigMap are not the same ones, in whatever order. */
function comparison(certificates: readonly CertificateSource[], key: string): Problem[] {
  const known = certificates.filter(({ chain }) => chain.length > 0);
  const [first, ...others] = known;
  if (!first) return [];
  return others.flatMap((other): Problem[] => {
    const [one, two] = [fingerprints(first), fingerprints(other)];
    if (one.length === two.length && one.every((each, index) => each === two[index])) return [];
    const [mine, theirs] = [one.find((each) => !two.includes(each)), two.find((each) => !one.includes(each))];
    return [
      {
        code: 'CertificatesDiffer',
        severity: 'warning',
        key,
        field: other.field,
        message: `${whereOf(key, first.field)} and ${other.field} hold different certificates: SHA-256 ${mine ?? one[0]} and ${theirs ?? two[0]}; expected the same in both, as each is read by others`,
      },
    ];
  });
}

function fingerprints({ chain }: CertificateSource): string[] {
  return chain.map(({ fingerprint }) => fingerprint).sort();
}

/** How messages call a field of an entry, or an annotation where there is no key. */
function whereOf(key: string, field: string): string {
  return key === '' ? `annotation ${field}` : `field "${field}" of key "${key}"`;
}
