import { caConfigMapName } from './ca-config-map-name.ts';
import { type Draft, type EntryContext, note } from './entry-draft.ts';
import { typeOfEntry } from './migrate-fields.ts';
import { certificatesAlone, fingerprintsOf, type Halves, sameCertificates, shortPrints } from './migrate-halves.ts';
import { Refusal } from './migration-refusal.ts';

/** What KServe and ModelMesh each need of the certificates, made from what the other has. */
export function fillHalves(draft: Draft, halves: Halves, context: EntryContext): void {
  const type = typeOfEntry(draft.key, draft.members);
  const { pem, path, name } = halves;
  if (name) {
    const text = context.configMaps(name.value);
    if (text !== undefined) fromConfigMap(draft, name.value, text, pem?.certificates, context);
    else if (pem && context.mayCreate(name.value)) create(draft, name.value, pem.value);
    else throw notFound(name.value, name.fields[0] as string, pem !== undefined);
    return;
  }
  // KServe takes certificates for s3 only; a path of the entry's own wins over a ConfigMap there.
  if (pem && type === 's3' && (!path || path.value === context.mountedFile)) {
    const made = caConfigMapName(context.secretName, draft.key);
    const there = context.configMaps(made);
    if (there !== undefined && !sameCertificates(readPem(there, made, context.now), pem.certificates)) {
      throw nameTaken(made);
    }
    if (there === undefined) {
      if (!context.mayCreate(made)) throw nameTaken(made);
      create(draft, made, pem.value);
    }
    draft.members.set('cabundle_configmap', made, 'certificate');
    note(draft, 'cabundle_configmap', 'added', `cabundle_configmap names ConfigMap ${made}, for KServe`);
    return;
  }
  if (!pem && path) {
    draft.remarks.push({
      key: draft.key,
      field: 'ca_bundle',
      code: 'HalfMissing',
      untouched: false,
      message: `ca_bundle is the path ${path.value} in a container; what it holds cannot be seen from here, so ModelMesh gets no certificate`,
      hint: `serval storage-config set ${draft.key} --ca-file FILE`,
    });
  }
}

function fromConfigMap(
  draft: Draft,
  name: string,
  text: string,
  inline: readonly string[] | undefined,
  { now }: EntryContext,
): void {
  const certificates = readPem(text, `ConfigMap ${name}, cabundle.crt`, now);
  if (inline === undefined) {
    draft.members.set('certificate', certificatesAlone(text, now), 'cabundle_configmap');
    note(draft, 'certificate', 'added', `certificate has the PEM text of ConfigMap ${name}, for ModelMesh`);
  } else if (!sameCertificates(certificates, inline)) {
    throw new Refusal(
      'CertificatesDiffer',
      'certificate',
      `certificate (${shortPrints(inline)}) and ConfigMap ${name} (${shortPrints(certificates)}) hold different certificates`,
      `say which is right: serval storage-config set ${draft.key} --ca-file FILE, or --ca-configmap ${name}`,
    );
  }
}

function create(draft: Draft, name: string, pem: string): void {
  draft.configMaps[name] = pem;
  note(draft, 'cabundle_configmap', 'created', `ConfigMap ${name} with the PEM text of certificate under cabundle.crt`);
}

/** KServe knows no `default_bucket`; ModelMesh takes `bucket` too. */
export function fillBucket(draft: Draft): void {
  const { members, key } = draft;
  if (typeOfEntry(key, members) !== 's3') return;
  const bucket = members.get('default_bucket');
  if (typeof bucket !== 'string' || bucket === '' || members.get('bucket') !== undefined) return;
  members.set('bucket', bucket, 'default_bucket');
  note(draft, 'bucket', 'added', 'bucket is what default_bucket says, for KServe');
}

function readPem(text: string, where: string, now: Date): string[] {
  return fingerprintsOf(text, where, 'cabundle_configmap', now);
}

function notFound(name: string, field: string, hasInline: boolean): Refusal {
  return new Refusal(
    'NotFound',
    field,
    `${field} names ConfigMap ${name}, which is not there or has no key cabundle.crt`,
    hasInline
      ? `put the certificates under cabundle.crt of ConfigMap ${name}; with files, give its file too`
      : `make ConfigMap ${name} with the certificates under cabundle.crt; with files, give its file too`,
  );
}

function nameTaken(name: string): Refusal {
  return new Refusal(
    'NameTaken',
    'cabundle_configmap',
    `ConfigMap ${name} is to be made for this entry, but there is one with other contents`,
    `delete ConfigMap ${name}, or name the right one: serval storage-config set KEY --ca-configmap NAME`,
  );
}
