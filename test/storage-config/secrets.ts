import { type Certificates, fingerprintsOf } from './certificates.ts';

type Verdict = 'trusts' | 'roots' | 'rejects';

/** One Secret as people have it, with what upstream's readers make of each entry before, and what must be so afterwards. */
export interface SecretCase {
  name: string;
  data: Record<string, string>;
  configMaps?: Record<string, string>;
  annotations?: Record<string, string>;
  files?: Record<string, string>;
  entries: Record<string, EntryCase>;
  /** Keys that are gone afterwards. */
  removed?: string[];
}

export interface EntryCase {
  /** Fingerprints that both must trust afterwards. */
  trusts?: string[];
  before?: { kserve: Verdict; modelmesh: Verdict };
  /** Where one of them cannot be given it. */
  after?: { kserve?: Verdict; modelmesh?: Verdict };
  /** The same to the byte afterwards; the code of the remark. */
  untouched?: string;
  unchanged?: true;
}

const mounted = '/etc/ssl/custom-certs/cabundle.crt';
const account = {
  type: 's3',
  endpoint_url: 'https://minio.example:9000',
  access_key_id: 'SENTINEL-id',
  secret_access_key: 'SENTINEL-secret/+',
  region: 'us-south',
};

const kserveStyle = (fields: object) => JSON.stringify({ ...account, bucket: 'models', ...fields }, null, 2);
const modelMeshStyle = (fields: object) =>
  `${JSON.stringify({ ...account, default_bucket: 'models', ...fields }, null, 4)}\n`;

export function secretCases(pem: Certificates): SecretCase[] {
  const one = fingerprintsOf(pem.one);
  const both = fingerprintsOf(pem.bundle);
  const given = (kserve: Verdict, modelmesh: Verdict, trusted = one): EntryCase => ({
    trusts: trusted,
    before: { kserve, modelmesh },
  });
  const broken = (untouched: string): EntryCase => ({ untouched });
  const ca = { configMaps: { ca: pem.one } };
  return [
    {
      name: 'KServe: a ConfigMap',
      data: { minio: kserveStyle({ cabundle_configmap: 'ca' }) },
      ...ca,
      entries: { minio: given('trusts', 'roots') },
    },
    {
      name: 'KServe: a ConfigMap and the path of its mount',
      data: { minio: kserveStyle({ ca_bundle: mounted, cabundle_configmap: 'ca', verify_ssl: '1' }) },
      ...ca,
      entries: { minio: given('trusts', 'roots') },
    },
    {
      name: 'KServe: a path alone stays a path, which only KServe can follow',
      data: { minio: kserveStyle({ ca_bundle: '/opt/ca.crt' }) },
      files: { '/opt/ca.crt': pem.one },
      entries: { minio: { ...given('trusts', 'roots'), after: { modelmesh: 'roots' }, unchanged: true } },
    },
    {
      name: 'KServe before 0.12: a path in certificate, beside a ConfigMap',
      data: { minio: kserveStyle({ certificate: mounted, cabundle_configmap: 'ca' }) },
      ...ca,
      entries: { minio: given('trusts', 'rejects') },
    },
    {
      name: 'KServe before 0.12: a dead path in certificate, beside a ConfigMap',
      data: { minio: kserveStyle({ certificate: '/nowhere/ca.pem', cabundle_configmap: 'ca' }) },
      ...ca,
      entries: { minio: given('trusts', 'rejects') },
    },
    {
      name: 'KServe before 0.12: a path in certificate and nothing else',
      data: { minio: kserveStyle({ certificate: '/opt/ca.crt' }) },
      files: { '/opt/ca.crt': pem.one },
      entries: { minio: { ...given('roots', 'rejects'), after: { modelmesh: 'roots' } } },
    },
    {
      name: 'KServe: a ConfigMap under the name that nobody reads',
      data: { minio: kserveStyle({ ca_bundle_configmap: 'ca' }) },
      ...ca,
      entries: { minio: given('roots', 'roots') },
    },
    {
      name: 'KServe: a ConfigMap under both names',
      data: { minio: kserveStyle({ ca_bundle_configmap: 'ca', cabundle_configmap: 'ca' }) },
      ...ca,
      entries: { minio: given('trusts', 'roots') },
    },
    {
      name: 'KServe: a ConfigMap with two authorities and a comment',
      data: { minio: kserveStyle({ cabundle_configmap: 'ca' }) },
      configMaps: { ca: `# both\n${pem.bundle}` },
      entries: { minio: given('trusts', 'roots', both) },
    },
    {
      name: 'KServe: PEM in ca_bundle, which is taken for a path',
      data: { minio: kserveStyle({ ca_bundle: pem.one }) },
      entries: { minio: given('rejects', 'roots') },
    },
    {
      name: 'KServe: no certificate at all',
      data: { minio: kserveStyle({ verify_ssl: '0' }) },
      entries: { minio: { unchanged: true } },
    },
    {
      name: 'KServe: hdfs',
      data: { hdfs: JSON.stringify({ type: 'hdfs', HDFS_NAMENODE: 'https://a:9871', TLS_CA: 'LS0t' }) },
      entries: { hdfs: { unchanged: true } },
    },
    {
      name: 'ModelMesh: PEM',
      data: { localMinIO: modelMeshStyle({ certificate: pem.one }) },
      entries: { localMinIO: given('rejects', 'trusts') },
    },
    {
      name: 'ModelMesh: PEM with the lines of Windows',
      data: { minio: modelMeshStyle({ certificate: pem.windows }) },
      entries: { minio: given('rejects', 'trusts') },
    },
    {
      name: 'ModelMesh: two authorities',
      data: { minio: modelMeshStyle({ certificate: pem.bundle }) },
      entries: { minio: given('rejects', 'trusts', both) },
    },
    {
      name: 'ModelMesh: PEM, and a comment before it',
      data: { minio: modelMeshStyle({ certificate: pem.commented, bucket: 'models' }) },
      entries: { minio: given('roots', 'trusts') },
    },
    {
      name: 'ModelMesh: no certificate, only its own name of the bucket',
      data: { minio: modelMeshStyle({}) },
      entries: {
        minio: { before: { kserve: 'rejects', modelmesh: 'roots' }, after: { kserve: 'roots', modelmesh: 'roots' } },
      },
    },
    {
      name: 'ModelMesh: every kind of storage in one Secret',
      data: {
        minio: modelMeshStyle({ certificate: pem.one }),
        gcs: JSON.stringify({ type: 'gcs', private_key: 'SENTINEL-gcs', client_email: 'a@b', token_uri: 'https://t' }),
        azure: JSON.stringify({
          type: 'azure',
          account_name: 'a',
          container: 'c',
          connection_string: 'SENTINEL-azure',
        }),
        pvc: '{\n  "type": "pvc",\n  "name": "models"\n}\n',
      },
      entries: {
        minio: given('rejects', 'trusts'),
        gcs: { unchanged: true },
        azure: { unchanged: true },
        pvc: { unchanged: true },
      },
    },
    {
      name: 'ModelMesh: a web server with PEM, which KServe does not know as an entry',
      data: { web: JSON.stringify({ type: 'http', url: 'https://web.example', certificate: pem.one }) },
      entries: { web: { ...given('rejects', 'trusts'), after: { kserve: 'rejects' }, unchanged: true } },
    },
    {
      name: 'a web server whose PEM stands in ca_bundle',
      data: { web: JSON.stringify({ type: 'http', url: 'https://web.example', ca_bundle: pem.one }) },
      entries: { web: { ...given('rejects', 'roots'), after: { kserve: 'rejects' } } },
    },
    {
      name: 'mixed: both halves, which agree',
      data: { minio: kserveStyle({ certificate: pem.one, cabundle_configmap: 'ca' }) },
      configMaps: { ca: pem.commented },
      entries: { minio: { ...given('trusts', 'trusts'), unchanged: true } },
    },
    {
      name: 'mixed: PEM and a ConfigMap that is still to be made',
      data: { minio: kserveStyle({ certificate: pem.one, cabundle_configmap: 'ca' }) },
      entries: { minio: given('rejects', 'trusts') },
    },
    {
      name: 'mixed: a ConfigMap that is made for an entry further down',
      data: {
        a: kserveStyle({ cabundle_configmap: 'ca' }),
        b: kserveStyle({ certificate: pem.one, cabundle_configmap: 'ca' }),
      },
      entries: { a: given('rejects', 'roots'), b: given('rejects', 'trusts') },
    },
    {
      name: 'mixed: PEM beside a path of its own, which is the half of KServe',
      data: { minio: kserveStyle({ certificate: pem.one, ca_bundle: '/opt/ca.crt' }) },
      files: { '/opt/ca.crt': pem.one },
      entries: { minio: { ...given('trusts', 'trusts'), unchanged: true } },
    },
    {
      name: 'mixed: PEM and path in each other’s place',
      data: { minio: kserveStyle({ certificate: mounted, ca_bundle: pem.one }) },
      entries: { minio: given('rejects', 'rejects') },
    },
    {
      name: 'mixed: PEM and the path of a mount, without a ConfigMap',
      data: { minio: kserveStyle({ certificate: pem.one, ca_bundle: mounted }) },
      entries: { minio: given('rejects', 'trusts') },
    },
    {
      name: 'mixed: the same PEM in both fields',
      data: { minio: kserveStyle({ certificate: pem.one, ca_bundle: pem.windows }) },
      entries: { minio: given('rejects', 'trusts') },
    },
    {
      name: 'mixed: PEM under the name of a ConfigMap',
      data: { minio: kserveStyle({ cabundle_configmap: pem.one }) },
      entries: { minio: given('rejects', 'roots') },
    },
    {
      name: 'mixed: one entry of each platform',
      data: { a: kserveStyle({ cabundle_configmap: 'ca' }), b: modelMeshStyle({ certificate: pem.bundle }) },
      ...ca,
      entries: { a: given('trusts', 'roots'), b: given('rejects', 'trusts', both) },
    },
    {
      name: 'mixed: empty fields are no fields',
      data: { minio: kserveStyle({ certificate: '', ca_bundle: '', cabundle_configmap: 'ca' }) },
      ...ca,
      entries: { minio: given('trusts', 'roots') },
    },
    {
      name: 'annotated for a service account, which stays',
      data: { minio: kserveStyle({ cabundle_configmap: 'ca' }) },
      annotations: {
        'serving.kserve.io/s3-endpoint': 'minio.example:9000',
        'serving.kserve.io/s3-cabundle-configmap': 'ca',
      },
      ...ca,
      entries: { minio: given('trusts', 'roots') },
    },
    {
      name: 'annotated: PEM, one line and unknown fields',
      data: {
        minio: JSON.stringify({ ...account, bucket: 'models', certificate: pem.one, team: 'vision', quota: '3' }),
      },
      annotations: { 'serving.kserve.io/s3-verifyssl': '1' },
      entries: { minio: given('roots', 'trusts') },
    },
    {
      name: 'annotated: a key that is no name, as written by Python',
      data: {
        default_s3: `${JSON.stringify(account).replaceAll('","', '", "').replaceAll('":"', '": "').slice(0, -1)}, "bucket": "models", "certificate": ${JSON.stringify(pem.one)}}`,
      },
      annotations: { 'example.com/owner': 'vision' },
      entries: { default_s3: given('roots', 'trusts') },
    },
    {
      name: 'misplaced: PEM beside the entries',
      data: { minio: kserveStyle({}), certificate: pem.one },
      removed: ['certificate'],
      entries: { minio: given('roots', 'rejects') },
    },
    {
      name: 'misplaced: the name of a ConfigMap beside two entries, one of which has its own',
      data: {
        a: kserveStyle({}),
        b: kserveStyle({ certificate: pem.bundle }),
        cabundle_configmap: 'ca\n',
        pvc: '{"type":"pvc","name":"models"}',
      },
      ...ca,
      removed: ['cabundle_configmap'],
      entries: {
        a: given('roots', 'rejects'),
        b: given('roots', 'rejects', both),
        pvc: { unchanged: true },
      },
    },
    {
      name: 'misplaced: PEM and the path of a mount',
      data: { minio: kserveStyle({}), certificate: pem.one, ca_bundle: mounted },
      removed: ['certificate', 'ca_bundle'],
      entries: { minio: given('roots', 'rejects') },
    },
    {
      name: 'misplaced: a private key beside the entries',
      data: { minio: kserveStyle({}), certificate: pem.privateKey },
      entries: { certificate: broken('MisplacedField'), minio: { unchanged: true } },
    },
    {
      name: 'numbers and booleans, which upstream refuses',
      data: { minio: `{"verify_ssl": true, "retries": 3, ${kserveStyle({ certificate: pem.one }).slice(1)}` },
      entries: { minio: given('rejects', 'rejects') },
    },
    {
      name: 'broken: no JSON beside a good entry, which KServe can then read',
      data: { minio: kserveStyle({ certificate: pem.one }), bad: '{"type": "s3", SENTINEL-bad' },
      entries: {
        minio: { ...given('roots', 'rejects'), after: { modelmesh: 'rejects' } },
        bad: broken('NotJson'),
      },
    },
    { name: 'broken: a list', data: { minio: '["SENTINEL"]' }, entries: { minio: broken('NotAnObject') } },
    {
      name: 'broken: an object within, as headers are',
      data: { web: JSON.stringify({ type: 'http', url: 'https://a', headers: { authorization: 'SENTINEL-header' } }) },
      entries: { web: broken('NotFlat') },
    },
    {
      name: 'broken: expired',
      data: { minio: kserveStyle({ certificate: pem.expired }) },
      entries: { minio: broken('CertificateBroken') },
    },
    {
      name: 'broken: cut off',
      data: { minio: kserveStyle({ certificate: pem.truncated }) },
      entries: { minio: broken('CertificateBroken') },
    },
    {
      name: 'broken: a private key',
      data: { minio: modelMeshStyle({ certificate: pem.privateKey }) },
      entries: { minio: broken('CertificateBroken') },
    },
    {
      name: 'broken: neither PEM nor a path',
      data: { minio: kserveStyle({ certificate: 'SENTINEL certificate' }) },
      entries: { minio: broken('PemExpected') },
    },
    {
      name: 'broken: the halves disagree',
      data: { minio: kserveStyle({ certificate: pem.other, cabundle_configmap: 'ca' }) },
      ...ca,
      entries: { minio: broken('CertificatesDiffer') },
    },
    {
      name: 'broken: the ConfigMap is not there',
      data: { minio: kserveStyle({ cabundle_configmap: 'ca' }) },
      entries: { minio: broken('NotFound') },
    },
    {
      name: 'broken: the ConfigMap holds a key',
      data: { minio: kserveStyle({ cabundle_configmap: 'ca' }) },
      configMaps: { ca: pem.privateKey },
      entries: { minio: broken('CertificateBroken') },
    },
  ];
}
