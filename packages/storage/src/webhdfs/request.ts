import { StorageError } from '../errors.ts';
import { readJsonBody } from '../http/body.ts';
import type { HttpResponse } from '../http/connections.ts';
import { requestFollowing } from '../http/follow.ts';
import type { ProviderOptions } from '../provider.ts';
import { webHdfsErrorFrom } from './errors.ts';
import type { WebHdfsSettings } from './settings.ts';

/** Of answers that are no file: a page of a listing has 1,000 entries by default, HttpFS sends a directory in one. */
const MAX_ANSWER_BYTES = 16 * 1024 * 1024;

export interface Operation {
  op:
    | 'GETFILESTATUS'
    | 'LISTSTATUS'
    | 'LISTSTATUS_BATCH'
    | 'OPEN'
    | 'GETFILECHECKSUM'
    | 'GETFILEBLOCKLOCATIONS'
    | 'GETHOMEDIRECTORY';
  /** Absolute, not escaped. */
  path: string;
  parameters?: Readonly<Record<string, string>>;
  /** What messages call it. */
  source: string;
}

/** What reads of one download share. */
export interface WebHdfs {
  settings: WebHdfsSettings;
  /** Index of the name node that answered last. */
  active: number;
}

/**
 * Asks the active name node, and the others in turn when it is in standby or does not answer.
 * @returns a successful answer, of the data node where there is a redirect to one
 * @throws StorageError of the name node that came furthest
 */
export async function webHdfsRequest(
  operation: Operation,
  hdfs: WebHdfs,
  options: ProviderOptions,
  signal: AbortSignal,
): Promise<HttpResponse> {
  const { settings } = hdfs;
  const count = settings.nameNodes.length;
  const first = hdfs.active;
  let failure: (StorageError & { elsewhere?: boolean }) | undefined;
  for (let attempt = 0; attempt < count; attempt++) {
    const index = (first + attempt) % count;
    try {
      const response = await send(
        urlOf(settings.nameNodes[index]!, operation, settings),
        operation,
        settings,
        options,
        signal,
      );
      if (response.status !== 200) throw await webHdfsErrorFrom(response, operation.source, settings);
      hdfs.active = index;
      return response;
    } catch (error) {
      if (!(error instanceof StorageError) || error.code !== 'SourceUnavailable') throw error;
      // That one is in standby says less than that the active one does not answer.
      if (!failure || failure.elsewhere) failure = error;
    }
  }
  throw failure!;
}

export async function webHdfsJson(
  operation: Operation,
  hdfs: WebHdfs,
  options: ProviderOptions,
  signal: AbortSignal,
): Promise<unknown> {
  return readJsonBody(await webHdfsRequest(operation, hdfs, options, signal), operation.source, MAX_ANSWER_BYTES);
}

async function send(
  url: URL,
  { source }: Operation,
  { headers, ca, verifyTls, clientCertificate }: WebHdfsSettings,
  { connections }: ProviderOptions,
  signal: AbortSignal,
): Promise<HttpResponse> {
  // Who the caller is stays with the name node; other headers go along to the data node that it names, as KServe's do.
  const { authorization, cookie, ...others } = headers;
  return requestFollowing(connections, {
    method: 'GET',
    url,
    headersFor: ({ origin }) => ({
      'accept-encoding': 'identity',
      ...others,
      ...(origin === url.origin && authorization !== undefined ? { authorization } : {}),
      ...(origin === url.origin && cookie !== undefined ? { cookie } : {}),
    }),
    ca,
    verifyTls,
    ...(clientCertificate ? { clientCertificate } : {}),
    source,
    signal,
  });
}

function urlOf(nameNode: URL, { op, path, parameters }: Operation, { user, proxyUser }: WebHdfsSettings): URL {
  const escaped = path.split('/').map(encodeURIComponent).join('/');
  const url = new URL(`${nameNode.href.replace(/\/$/, '')}/webhdfs/v1${escaped}`);
  url.searchParams.set('op', op);
  if (user !== undefined) url.searchParams.set('user.name', user);
  if (proxyUser !== undefined) url.searchParams.set('doas', proxyUser);
  for (const [name, value] of Object.entries(parameters ?? {})) url.searchParams.set(name, value);
  return url;
}
