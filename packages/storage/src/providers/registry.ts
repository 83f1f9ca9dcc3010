import { isAzureUri } from '../azure/location.ts';
import { StorageError } from '../errors.ts';
import { isGitUri } from '../git/uri.ts';
import type { Provider } from '../provider.ts';
import { redactUri } from '../redact.ts';

interface Entry {
  /** Schemes or URL shapes, tried in order. */
  accepts(uri: string): boolean;
  /** Providers are loaded when needed: the start of the executable is on the way from apply to the first prediction. */
  load(): Promise<Provider>;
}

const ENTRIES: readonly Entry[] = [
  { accepts: (uri) => uri.startsWith('s3://'), load: async () => (await import('./s3.ts')).s3Provider },
  {
    accepts: (uri) => uri.startsWith('hf://'),
    load: async () => (await import('./hugging-face.ts')).huggingFaceProvider,
  },
  { accepts: (uri) => uri.startsWith('gs://'), load: async () => (await import('./gcs.ts')).gcsProvider },
  {
    accepts: (uri) => /^(hdfs|s?webhdfs):\/\//.test(uri),
    load: async () => (await import('./webhdfs.ts')).webHdfsProvider,
  },
  { accepts: isAzureUri, load: async () => (await import('./azure.ts')).azureProvider },
  { accepts: isGitUri, load: async () => (await import('./git.ts')).gitProvider },
  { accepts: (uri) => /^https?:\/\//i.test(uri), load: async () => (await import('./http.ts')).httpProvider },
  { accepts: (uri) => uri.startsWith('oci://'), load: async () => (await import('./oci.ts')).ociProvider },
  // An absolute path is what KServe's webhook passes for a mounted claim.
  { accepts: (uri) => /^(file:|pvc:|\/)/.test(uri), load: async () => (await import('./file.ts')).fileProvider },
];

/** @throws StorageError UnsupportedScheme */
export async function providerFor(uri: string): Promise<Provider> {
  const entry = ENTRIES.find(({ accepts }) => accepts(uri));
  if (entry) return entry.load();
  throw new StorageError('UnsupportedScheme', `no provider takes "${redactUri(uri)}"`, {
    hint: 'supported are s3://, abfss://, gs://, hf://, hdfs://, webhdfs://, oci://, http://, https://, https://….git, file://, pvc:// and absolute paths',
    details: { uri: redactUri(uri) },
  });
}
