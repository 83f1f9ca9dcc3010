import { StorageError } from '../errors.ts';

type Environment = Readonly<Record<string, string | undefined>>;

export interface Platform {
  os: string;
  architecture: string;
  /** Such as `v8`; `undefined` takes any. */
  variant: string | undefined;
}

export interface OciSettings {
  /** Which image of an index is taken. Default Linux on this machine's architecture, as a node would. */
  platform: Platform;
  /** Folder of an image that holds the model, without slashes around it; empty for the whole image. Default `models`. */
  modelPath: string;
  /** `HOST[:PORT]` of registries spoken to without TLS. `undefined`: those on loopback. */
  plainHttp: readonly string[] | undefined;
  /** Further hosts whose token servers may be shown credentials. */
  tokenHosts: readonly string[];
}

/** @throws StorageError InvalidConfiguration */
export function ociSettingsFrom(environment: Environment): OciSettings {
  return {
    platform: platformFrom(environment['SERVAL_OCI_PLATFORM']),
    modelPath: modelPathFrom(environment['SERVAL_OCI_MODEL_PATH']),
    plainHttp: environment['SERVAL_OCI_PLAIN_HTTP'] ? listFrom(environment['SERVAL_OCI_PLAIN_HTTP']) : undefined,
    tokenHosts: listFrom(environment['SERVAL_OCI_TOKEN_HOSTS']),
  };
}

/** Whether `host` (with port) is spoken to without TLS. */
export function isPlainHttp(host: string, { plainHttp }: OciSettings): boolean {
  if (plainHttp) return plainHttp.includes(host);
  return /^(localhost|127(\.\d{1,3}){3}|\[::1\])(:\d+)?$/.test(host);
}

function platformFrom(text: string | undefined): Platform {
  if (!text) return { os: 'linux', architecture: process.arch === 'x64' ? 'amd64' : process.arch, variant: undefined };
  const match = /^([a-z0-9]+)\/([a-z0-9]+)(?:\/([a-z0-9]+))?$/.exec(text);
  if (match) return { os: match[1]!, architecture: match[2]!, variant: match[3] };
  throw new StorageError('InvalidConfiguration', `SERVAL_OCI_PLATFORM is "${text}"`, {
    hint: 'write OS/ARCHITECTURE, as in linux/amd64 or linux/arm64/v8',
  });
}

function modelPathFrom(text: string | undefined): string {
  if (text === undefined || text === '') return 'models';
  const path = text.replace(/^\/+|\/+$/g, '');
  if (!path.split('/').some((segment) => segment === '..' || segment === '.' || (segment === '' && path !== '')))
    return path;
  throw new StorageError('InvalidConfiguration', `SERVAL_OCI_MODEL_PATH is "${text}"`, {
    hint: 'write an absolute path in the image, as in /models; "/" is everything',
  });
}

function listFrom(text: string | undefined): string[] {
  return (text ?? '').split(',').flatMap((each) => each.trim() || []);
}
