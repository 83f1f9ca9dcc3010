import { StorageError } from '../errors.ts';
import type { ProviderOptions } from '../provider.ts';
import { redactUri } from '../redact.ts';
import { type WebHdfs, webHdfsJson } from './request.ts';
import { type WebHdfsSettings, webHdfsSettingsFrom } from './settings.ts';

const FORMS = 'write hdfs://PATH and set HDFS_NAMENODE, or webhdfs://HOST:PORT/PATH';

/**
 * Where a URI leads. With name nodes configured, everything behind the scheme is the path, as KServe has it:
 * `hdfs://user/me/model` is `/user/me/model`. Without, it is Hadoop's form, `webhdfs://HOST:PORT/PATH` (`swebhdfs` over TLS).
 */
export async function locate(
  uri: string,
  options: ProviderOptions,
  signal: AbortSignal,
): Promise<{ hdfs: WebHdfs; path: string }> {
  const [, scheme, rest] = /^(hdfs|s?webhdfs):\/\/(.*)$/s.exec(uri)!;
  const settings = await webHdfsSettingsFrom(options.environment);
  if (settings.nameNodes.length === 0) {
    const { nameNode, path } = hadoopForm(uri, scheme!, rest!);
    const hdfs = sharedOf(options, { ...settings, nameNodes: [nameNode] });
    return { hdfs, path: normalized(path, uri) };
  }
  const hdfs = sharedOf(options, settings);
  const path = rest!.startsWith('/') ? rest! : `${await rootOf(hdfs, uri, options, signal)}/${rest}`;
  return { hdfs, path: normalized(path, uri) };
}

/** Of one download, whose URI is always the same. */
function sharedOf({ memo }: ProviderOptions, settings: WebHdfsSettings): WebHdfs {
  const hdfs: WebHdfs = (memo.get('webhdfs') as WebHdfs | undefined) ?? { settings, active: 0 };
  memo.set('webhdfs', hdfs);
  return hdfs;
}

function hadoopForm(uri: string, scheme: string, rest: string): { nameNode: URL; path: string } {
  const [, address, path] = /^([^/@]+:\d+)(\/.*)?$/s.exec(rest) ?? [];
  const origin = `${scheme === 'swebhdfs' ? 'https' : 'http'}://${address}`;
  if (scheme !== 'hdfs' && address !== undefined && URL.canParse(origin)) {
    return { nameNode: new URL(origin), path: path ?? '/' };
  }
  throw new StorageError(
    'InvalidConfiguration',
    `HDFS_NAMENODE is not set, and "${redactUri(uri)}" names no name node`,
    {
      hint: FORMS,
    },
  );
}

async function rootOf(hdfs: WebHdfs, uri: string, options: ProviderOptions, signal: AbortSignal): Promise<string> {
  const { rootPath } = hdfs.settings;
  if (rootPath === undefined || rootPath.startsWith('/')) return rootPath ?? '';
  const answer = await webHdfsJson(
    { op: 'GETHOMEDIRECTORY', path: '/', source: redactUri(uri) },
    hdfs,
    options,
    signal,
  );
  const home = (answer as { Path?: unknown } | null)?.Path;
  if (typeof home === 'string' && home.startsWith('/')) return `${home}/${rootPath}`;
  throw new StorageError(
    'SourceRejected',
    `the answer about the home directory for ${redactUri(uri)} is not of WebHDFS`,
  );
}

/** Absolute, without a slash at its end: the root is empty. */
function normalized(path: string, uri: string): string {
  const segments = path.split('/').filter((segment) => segment !== '' && segment !== '.');
  if (segments.includes('..') || path.includes('\0')) {
    throw new StorageError('InvalidUri', `"${redactUri(uri)}" has ".." in its path`, { hint: FORMS });
  }
  return segments.map((segment) => `/${segment}`).join('');
}
