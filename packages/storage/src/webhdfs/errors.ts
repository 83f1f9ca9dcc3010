import { StorageError } from '../errors.ts';
import type { HttpResponse } from '../http/connections.ts';
import { headerOf, isTransientStatus, readErrorText, retryAfterMsFrom } from '../http/errors.ts';
import type { WebHdfsSettings } from './settings.ts';

/** Exceptions of a name node that is not the active one, or not ready: another may answer, or the same one later. */
const ELSEWHERE = new Set([
  'StandbyException',
  'RetriableException',
  'ObserverRetryOnActiveException',
  'SafeModeException',
]);

/** What an answer that is no success means, by the exception that it names (WebHDFS REST API, "Error Responses"). */
export async function webHdfsErrorFrom(
  response: HttpResponse,
  source: string,
  settings: WebHdfsSettings,
): Promise<StorageError & { elsewhere?: boolean }> {
  const { exception, message } = exceptionFrom(await readErrorText(response));
  const { status, headers } = response;
  const details = { source, status, exception };
  const said = shown(message, settings);
  const hint = said && `the name node says: ${said}`;
  const what = exception ? `${status} ${exception}` : String(status);
  if (exception && ELSEWHERE.has(exception)) {
    const error = new StorageError('SourceUnavailable', `no active name node answered for ${source} (${what})`, {
      transient: true,
      hint: 'name all of them in HDFS_NAMENODE, with ";" between them',
      details,
    });
    return Object.assign(error, { elsewhere: true });
  }
  if (exception === 'FileNotFoundException' || (status === 404 && exception === undefined)) {
    return new StorageError('ObjectNotFound', `${source} does not exist (${what})`, {
      hint: exception ? 'check the path and HDFS_ROOTPATH' : 'check that HDFS_NAMENODE leads to WebHDFS',
      details,
    });
  }
  if (status === 401 && /negotiate/i.test(headerOf(headers, 'www-authenticate') ?? '')) {
    return new StorageError('AccessDenied', `${source} wants Kerberos, which is not supported (401)`, {
      hint: 'go through a gateway (HttpFS, Knox) that takes a client certificate, headers or a user name',
      details,
    });
  }
  if (
    exception === 'AccessControlException' ||
    exception === 'SecurityException' ||
    exception === 'AuthorizationException'
  ) {
    return new StorageError('AccessDenied', `not allowed to read ${source} (${what})`, {
      hint: hint ?? 'check HADOOP_USER_NAME and USER_PROXY',
      details,
    });
  }
  if ((status === 401 || status === 403 || status === 407) && exception === undefined) {
    return new StorageError('AccessDenied', `not allowed to read ${source} (${what})`, {
      hint: 'check HEADERS, TLS_CERT and HADOOP_USER_NAME',
      details,
    });
  }
  if (isTransientStatus(status)) {
    return new StorageError('SourceUnavailable', `${source} answered ${what}`, {
      transient: true,
      retryAfterMs: retryAfterMsFrom(headers, Date.now()),
      hint,
      details,
    });
  }
  return new StorageError('SourceRejected', `${source} answered ${what}`, { hint, details });
}

function exceptionFrom(text: string): { exception: string | undefined; message: string } {
  try {
    const { exception, message } = (JSON.parse(text) as { RemoteException: Record<string, unknown> }).RemoteException;
    const known = typeof exception === 'string' && /^\w{1,100}$/.test(exception);
    return { exception: known ? exception : undefined, message: String(message ?? '') };
  } catch {
    return { exception: undefined, message: '' };
  }
}

/** The first line of what a server says, unless it is long or repeats what must not be shown. */
function shown(message: string, { headers }: WebHdfsSettings): string | undefined {
  const line = message.split('\n', 1)[0]!.trim();
  if (line === '' || line.length > 300 || !/^[\x20-\x7e]+$/.test(line)) return undefined;
  return Object.values(headers).some((secret) => secret !== '' && line.includes(secret)) ? undefined : line;
}
