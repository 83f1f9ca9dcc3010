import { certificateBlocks, flatMap, type Reading, rejects, type Surroundings, trusts } from './reading.ts';

/**
 * ModelMesh's own way from an entry to the certificates of its S3 and HTTP clients, written down without any of our parser.
 *
 * 1. The controller (servingruntime_controller.go, getPVCs) reads every key of the Secret as a map of texts, and stops at one that is
 *    none: no runtime of the namespace is reconciled.
 * 2. The puller (model-serving-puller, GetStorageConfiguration): `default_bucket` of s3 is `bucket` where there is none.
 * 3. The providers (pullman): s3 needs four texts; `certificate` is PEM and replaces the roots. Go's AppendCertsFromPEM passes over what
 *    it cannot read, and fails only where nothing is left (the AWS SDK then panics). `ca_bundle` and `cabundle_configmap` mean nothing.
 */
export function readAsModelMesh(key: string, { data }: Surroundings): Reading {
  for (const [name, text] of Object.entries(data)) {
    if (!flatMap(text)) return rejects(`Could not parse storage configuration json (${name})`);
  }
  const text = data[key];
  if (text === undefined) return rejects(`Storage secretKey not found: ${key}`);
  const entry = JSON.parse(text) as Record<string, string>;
  const { type, certificate } = entry;
  if (!type) return rejects('Predictor Storage field missing');
  if (!['s3', 'gcs', 'azure', 'http', 'pvc'].includes(type)) return rejects(`no provider for ${type}`);
  if (type === 's3') {
    for (const name of ['access_key_id', 'secret_access_key', 'endpoint_url', 'region']) {
      if (typeof entry[name] !== 'string') return rejects(`missing required string configuration '${name}'`);
    }
  }
  const bucket = type === 's3' ? (entry['bucket'] ?? entry['default_bucket']) : entry['bucket'];
  if (!certificate || !['s3', 'http'].includes(type)) return { verdict: 'roots', bucket };
  const read = certificateBlocks(certificate).filter((each) => each !== undefined);
  return read.length === 0 ? rejects('failed to add certificate to CA pool') : trusts(read, bucket);
}
