import { certificateBlocks, flatMap, type Reading, rejects, type Surroundings, trusts } from './reading.ts';

/**
 * KServe's own way from an entry of `storage-config` to the certificates that boto3 verifies with, written down without any of our
 * parser, and in the order in which upstream goes.
 *
 * 1. The webhook (pkg/credentials, CreateStorageSpecSecretEnvs): where the service gives no type, the entry must be a map of texts; its
 *    `type` must be s3, hdfs or webhdfs; an s3 entry needs a bucket; `cabundle_configmap` becomes a mount of that ConfigMap at
 *    /etc/ssl/custom-certs. Where the service gives the type, none of this is looked at.
 * 2. A ConfigMap that is not there keeps the Pod from starting.
 * 3. The storage initializer (Python, `_update_with_storage_spec`): fields become environment variables, so each must be a text. Up to
 *    0.11 the path of the certificates is `certificate`, since 0.12 it is `ca_bundle`.
 * 4. boto3: a path that is named must exist and hold certificates, each of which OpenSSL can read; nothing else counts.
 */
export function readAsKServe(
  key: string,
  { data, configMaps, files = {} }: Surroundings,
  { release = '0.15' as '0.11' | '0.15' | '0.20', typeInService = undefined as string | undefined } = {},
): Reading {
  const text = data[key];
  if (text === undefined) return rejects(`specified storage key ${key} not found`);
  const mounted: Record<string, string> = { ...files };
  let configMapNamed = false;
  let bucket: string | undefined;
  if (typeInService === undefined) {
    const entry = flatMap(text);
    if (!entry) return rejects('invalid json');
    const { type } = entry;
    if (type === undefined || type === '') return rejects('unable to determine storage type');
    if (!['s3', 'hdfs', 'webhdfs'].includes(type)) return rejects(`storage type ${type} is not supported`);
    bucket = entry['bucket'];
    const name = release === '0.11' ? undefined : entry['cabundle_configmap'];
    if (name !== undefined) {
      const bundle = configMaps[name];
      if (bundle === undefined) return rejects('MountVolume.SetUp failed: configmap not found');
      mounted['/etc/ssl/custom-certs/cabundle.crt'] = bundle;
      configMapNamed = true;
    }
    if (type === 's3' && !bucket) return rejects('format [s3] requires a bucket');
    if (type !== 's3') return { verdict: 'roots', bucket };
  }
  return boto(JSON.parse(text) as Record<string, unknown>, mounted, configMapNamed, release, bucket);
}

const variables = ['endpoint_url', 'access_key_id', 'secret_access_key', 'region', 'verify_ssl', 'anonymous'];

function boto(
  entry: Record<string, unknown>,
  mounted: Record<string, string>,
  configMapNamed: boolean,
  release: string,
  bucket: string | undefined,
): Reading {
  const field = release === '0.11' ? 'certificate' : 'ca_bundle';
  for (const name of [...variables, field]) {
    if (entry[name] !== undefined && typeof entry[name] !== 'string') return rejects('TypeError: str expected');
  }
  if (['0', 'false'].includes(String(entry['verify_ssl'] ?? '').toLowerCase())) return { verdict: 'roots', bucket };
  const named = entry[field] as string | undefined;
  const path = named || (configMapNamed ? '/etc/ssl/custom-certs/cabundle.crt' : undefined);
  if (path === undefined) return { verdict: 'roots', bucket };
  const pem = mounted[path];
  if (pem === undefined) return rejects('Failed to find ca bundle file');
  const certificates = certificateBlocks(pem);
  // OpenSSL gives up at the first that it cannot read, and where there is none at all.
  if (certificates.length === 0 || certificates.includes(undefined)) return rejects('SSLError');
  return trusts(
    certificates.filter((certificate) => certificate !== undefined),
    bucket,
  );
}
