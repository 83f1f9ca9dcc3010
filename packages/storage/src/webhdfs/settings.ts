import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { StorageError } from '../errors.ts';
import { type ClientIdentity, checkCertificates, checkedIdentity } from '../http/client-identity.ts';

type Environment = Readonly<Record<string, string | undefined>>;

export interface WebHdfsSettings {
  /** Addresses in front of `/webhdfs/v1`, tried in order. Empty when nothing is configured. */
  nameNodes: readonly URL[];
  /** `user.name` of simple authentication. */
  user: string | undefined;
  /** On whose behalf (`doas`). */
  proxyUser: string | undefined;
  /** What relative paths are below; itself below the user's home directory when it is relative. */
  rootPath: string | undefined;
  headers: Readonly<Record<string, string>>;
  verifyTls: boolean;
  /** PEM. */
  ca: string | undefined;
  clientCertificate: ClientIdentity | undefined;
}

/** Where KServe's webhook mounts the secret of a service account that has `HDFS_NAMENODE`. */
const SECRET_DIRECTORY = '/var/secrets/kserve-hdfscreds';

/** Where a value comes from: variables, or files of a secret. */
interface Source {
  /** Trimmed; `undefined` where it is missing or empty. */
  value(name: string): Promise<string | undefined>;
  /** Of something that is a file; messages call it `where`. */
  pem(name: string): Promise<{ text: string; where: string } | undefined>;
}

/**
 * KServe's settings for HDFS by their names there: all from the environment if it has `HDFS_NAMENODE`, as after a
 * `storage-config` entry, else all from the files in `HDFS_SECRET_DIR`. `HADOOP_USER_NAME` is Hadoop's own name.
 * @throws StorageError InvalidConfiguration, naming the setting and never a value that may be secret
 */
export async function webHdfsSettingsFrom(environment: Environment): Promise<WebHdfsSettings> {
  const source = environment['HDFS_NAMENODE']?.trim() ? variables(environment) : secretFiles(environment);
  if (await source.value('KERBEROS_PRINCIPAL')) {
    throw new StorageError('InvalidConfiguration', 'KERBEROS_PRINCIPAL is set, but Kerberos is not supported', {
      hint: 'go through a gateway (HttpFS, Knox) that takes a client certificate, headers or a user name',
    });
  }
  return {
    nameNodes: nameNodesFrom((await source.value('HDFS_NAMENODE')) ?? ''),
    user: (await source.value('HADOOP_USER_NAME')) ?? (environment['HADOOP_USER_NAME']?.trim() || undefined),
    proxyUser: await source.value('USER_PROXY'),
    rootPath: await source.value('HDFS_ROOTPATH'),
    headers: headersFrom(await source.value('HEADERS')),
    verifyTls: (await source.value('TLS_SKIP_VERIFY'))?.toLowerCase() !== 'true',
    ca: await caFrom(source),
    clientCertificate: await clientCertificateFrom(source),
  };
}

function nameNodesFrom(text: string): URL[] {
  const addresses = text.split(';').map((each) => each.trim().replace(/\/+$/, ''));
  return addresses.filter(Boolean).map((address) => {
    const url = /^https?:\/\//i.test(address) && URL.canParse(address) ? new URL(address) : undefined;
    if (!url || url.username || url.password || url.search || url.hash) {
      throw new StorageError('InvalidConfiguration', 'HDFS_NAMENODE is not a list of name nodes', {
        hint: 'expected http[s]://HOST:PORT of WebHDFS, several with ";" between them, without user and query',
      });
    }
    return url;
  });
}

function headersFrom(text: string | undefined): Record<string, string> {
  if (text === undefined) return {};
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch {
    value = undefined; // no cause: it would quote credentials
  }
  const entries = typeof value === 'object' && value !== null && !Array.isArray(value) ? Object.entries(value) : [['']];
  const headers: Record<string, string> = {};
  for (const [name, content] of entries) {
    if (typeof content !== 'string' || !/^[!#$%&'*+.^_`|~\w-]+$/.test(name!) || !/^[\t\x20-\x7e]*$/.test(content)) {
      throw new StorageError('InvalidConfiguration', 'HEADERS is not a JSON object of headers', {
        hint: 'expected an object of strings, like {"x-my-container": "my-container"}',
      });
    }
    headers[name!.toLowerCase()] = content;
  }
  return headers;
}

async function caFrom(source: Source): Promise<string | undefined> {
  const pem = await source.pem('TLS_CA');
  if (pem) await checkCertificates({ name: 'TLS_CA', ...pem });
  return pem?.text;
}

async function clientCertificateFrom(source: Source): Promise<WebHdfsSettings['clientCertificate']> {
  const [cert, key] = [await source.pem('TLS_CERT'), await source.pem('TLS_KEY')];
  if (!cert && !key) return undefined;
  if (!cert || !key) {
    throw new StorageError(
      'InvalidConfiguration',
      `${cert ? 'TLS_KEY' : 'TLS_CERT'} is missing, the other half is there`,
    );
  }
  return checkedIdentity({ name: 'TLS_CERT', ...cert }, { name: 'TLS_KEY', ...key });
}

/** Files are named by their absolute path; after a `storage-config` entry their content stands in the variable itself. */
function variables(environment: Environment): Source {
  return {
    async value(name) {
      return environment[name]?.trim() || undefined;
    },
    async pem(name) {
      const value = environment[name]?.trim();
      if (!value) return undefined;
      if (value.startsWith('/')) return { text: await readSetting(name, value), where: value };
      return { text: value, where: 'the text in the variable' };
    },
  };
}

function secretFiles(environment: Environment): Source {
  const directory = environment['HDFS_SECRET_DIR'] || SECRET_DIRECTORY;
  async function read(name: string): Promise<string | undefined> {
    return readFile(join(directory, name), 'utf8').catch((cause: NodeJS.ErrnoException) => {
      if (cause.code === 'ENOENT' || cause.code === 'ENOTDIR') return undefined;
      throw unreadable(name, join(directory, name), cause);
    });
  }
  return {
    async value(name) {
      return (await read(name))?.trim() || undefined;
    },
    async pem(name) {
      const text = await read(name);
      return text?.trim() ? { text, where: join(directory, name) } : undefined;
    },
  };
}

async function readSetting(name: string, path: string): Promise<string> {
  return readFile(path, 'utf8').catch((cause: NodeJS.ErrnoException) => {
    throw unreadable(name, path, cause);
  });
}

function unreadable(name: string, path: string, cause: NodeJS.ErrnoException): StorageError {
  return new StorageError('InvalidConfiguration', `${name} is ${path}, which cannot be read (${cause.code})`, {
    details: { path },
    cause,
  });
}
