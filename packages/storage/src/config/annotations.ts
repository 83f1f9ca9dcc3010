import type { CertificateSource } from './model.ts';

type Meanings = Readonly<Record<string, CertificateSource['source']>>;

const PREFIX = 'serving.kserve.io/s3-';

const CERTIFICATE_ANNOTATIONS: Meanings = {
  [`${PREFIX}cabundle`]: 'path',
  [`${PREFIX}cabundle-configmap`]: 'configMap',
};

export interface AnnotatedFields {
  /** In the words of an s3 entry. */
  fields: Record<string, string>;
  /** Annotations that name certificates, as written. */
  written: Record<string, string>;
  meanings: Meanings;
}

/** KServe's annotations for S3 on service accounts and their Secrets. `undefined` where there are none. */
export function fieldsFromAnnotations(annotations: Readonly<Record<string, string>>): AnnotatedFields | undefined {
  if (!Object.keys(annotations).some((name) => name.startsWith(PREFIX))) return undefined;
  const of = (name: string) => annotations[PREFIX + name]?.trim() || undefined;
  const endpoint = of('endpoint');
  const scheme = /^(0|false)$/i.test(of('usehttps') ?? '') ? 'http' : 'https';
  const fields = {
    endpoint_url: endpoint && (/^https?:\/\//i.test(endpoint) ? endpoint : `${scheme}://${endpoint}`),
    region: of('region'),
    verify_ssl: of('verifyssl'),
    anonymous: of('useanoncredential'),
    ca_bundle: of('cabundle'),
    cabundle_configmap: of('cabundle-configmap'),
  };
  return {
    fields: Object.fromEntries(
      Object.entries(fields).filter((pair): pair is [string, string] => pair[1] !== undefined),
    ),
    written: Object.fromEntries(
      Object.entries(annotations).filter(([name]) => Object.hasOwn(CERTIFICATE_ANNOTATIONS, name)),
    ),
    meanings: CERTIFICATE_ANNOTATIONS,
  };
}
