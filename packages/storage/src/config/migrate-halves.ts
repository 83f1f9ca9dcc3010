import { readCertificates } from './certificate.ts';
import type { JsonMembers } from './json-members.ts';
import { certificateFieldNames, kindOfText } from './migrate-fields.ts';
import { Refusal } from './migration-refusal.ts';

interface Found {
  value: string;
  /** Where it stands; the first is the one to keep. */
  fields: string[];
}

/** What an entry says about certificates, each kind once, told by what the texts are. */
export interface Halves {
  pem: (Found & { certificates: readonly string[] }) | undefined;
  path: Found | undefined;
  name: Found | undefined;
}

/** @throws Refusal where a text is none of the three, is broken, or two that should agree do not */
export function readHalves(members: JsonMembers, now: Date): Halves {
  const found: { pem: Found[]; path: Found[]; name: Found[] } = { pem: [], path: [], name: [] };
  for (const field of certificateFieldNames) {
    const value = members.get(field);
    const kind = kindOfText(value);
    if (kind === 'nothing') continue;
    const isMisnamed = kind === 'name' && !field.endsWith('configmap');
    if (kind === 'other' || isMisnamed) throw expected(field, isMisnamed);
    found[kind].push({ value: value as string, fields: [field] });
  }
  const pems = found.pem.map((pem) => ({
    ...pem,
    certificates: fingerprintsOf(pem.value, pem.fields[0] as string, pem.fields[0] as string, now),
  }));
  const [pem] = pems;
  const other = pems.find(({ certificates }) => !sameCertificates(certificates, pem?.certificates ?? []));
  if (pem && other) {
    throw new Refusal(
      'CertificatesDiffer',
      other.fields[0],
      `${pem.fields[0]} (${shortPrints(pem.certificates)}) and ${other.fields[0]} (${shortPrints(other.certificates)}) hold different certificates`,
      'remove the one that is wrong',
    );
  }
  return {
    pem: pem && { ...pem, fields: pems.flatMap(({ fields }) => fields) },
    path: onlyOne(found.path),
    name: onlyOne(found.name),
  };
}

function onlyOne(found: readonly Found[]): Found | undefined {
  const [first, ...others] = found;
  const other = others.find(({ value }) => value !== first?.value);
  if (first && other) {
    throw new Refusal(
      'CertificatesDiffer',
      other.fields[0],
      `${first.fields[0]} is ${first.value} and ${other.fields[0]} is ${other.value}`,
      'remove the one that is wrong',
    );
  }
  return first && { value: first.value, fields: found.flatMap(({ fields }) => fields) };
}

/**
 * SHA-256 fingerprints of every certificate of a PEM text.
 * @throws Refusal CertificateBroken with the parser's own words, which quote nothing
 */
export function fingerprintsOf(pem: string, where: string, field: string, now: Date): string[] {
  const { chain, problems } = readCertificates(pem, where, now);
  const broken = problems.find(({ severity }) => severity === 'error');
  if (broken) throw new Refusal('CertificateBroken', field, broken.message, `put a valid certificate into ${field}`);
  return chain.map(({ fingerprint }) => fingerprint);
}

/** Without what stands between them: bundles of many authorities have a comment to each. */
export function certificatesAlone(pem: string, now: Date): string {
  return `${readCertificates(pem, '', now).pem.trimEnd()}\n`;
}

/** The order does not matter to whoever trusts them. */
export function sameCertificates(one: readonly string[], other: readonly string[]): boolean {
  const [left, right] = [new Set(one), new Set(other)];
  return left.size === right.size && [...left].every((print) => right.has(print));
}

/** The beginning of each fingerprint, as people compare them. */
export function shortPrints(fingerprints: readonly string[]): string {
  const shown = fingerprints.slice(0, 3).map((print) => print.slice(0, 11));
  return [...shown, ...(fingerprints.length > 3 ? [`${fingerprints.length - 3} more`] : [])].join(', ');
}

/** The text itself is not told: whatever it is, it stands where nobody meant it to. */
function expected(field: string, isName: boolean): Refusal {
  const what = isName
    ? 'looks like the name of a ConfigMap'
    : 'is neither PEM text, nor an absolute path, nor the name of a ConfigMap';
  const hint = isName
    ? 'write the name of a ConfigMap into cabundle_configmap'
    : 'give the certificates anew: serval storage-config set KEY --ca-file FILE';
  if (field === 'certificate') return new Refusal('PemExpected', field, `certificate ${what}; expected PEM text`, hint);
  if (field === 'ca_bundle') {
    return new Refusal('PathExpected', field, `ca_bundle ${what}; expected an absolute path`, hint);
  }
  return new Refusal('NameExpected', field, `${field} ${what}; expected the name of a ConfigMap`, hint);
}
