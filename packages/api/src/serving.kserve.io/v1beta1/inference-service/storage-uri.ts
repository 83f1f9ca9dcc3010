/** Schemes of a storageUri that KServe's own storage initializer takes, with `http` and `ms`/`oss` of its later releases. */
export const storageSchemes = [
  's3',
  'gs',
  'pvc',
  'file',
  'https',
  'http',
  'hf',
  'oci',
  'hdfs',
  'webhdfs',
  'git',
  'git+https',
  'oss',
  'ms',
] as const;

const schemesWithVersions: ReadonlySet<string> = new Set(['git', 'hf', 'oci']);
const uriPattern = /^([a-z][a-z0-9+.-]*):\/\/(.*)$/i;

/**
 * Why a storageUri cannot be used, or nothing. A path without a scheme is a folder of the image (KServe), and a scheme that
 * nobody here knows may be that of a ClusterStorageContainer.
 * The message never repeats the part of the address that may hold a password.
 */
export function storageUriProblem(uri: string): string | undefined {
  if (uri === '') return 'must name where the model is, for example s3://bucket/path';
  const match = uriPattern.exec(uri);
  if (!match) return undefined;
  const scheme = match[1]?.toLowerCase() ?? '';
  const rest = match[2] ?? '';
  if (scheme === 'file') return rest.startsWith('/') ? undefined : 'must be an absolute path: file:///path';
  if (rest.replace(/^\/+/, '') === '') return `must name something after ${scheme}://`;
  if (scheme === 'pvc') {
    const claim = rest.split('/')[0] ?? '';
    return /^[a-z0-9]([-a-z0-9.]*[a-z0-9])?$/.test(claim)
      ? undefined
      : 'must be pvc://CLAIM/PATH, with the name of a PersistentVolumeClaim';
  }
  if (holdsCredentials(scheme, authority(rest))) {
    return 'must not hold a user name or password; put credentials into a Secret';
  }
  return undefined;
}

/** In some schemes an @ tells a version; then only what is surely a password is refused. */
function holdsCredentials(scheme: string, host: string): boolean {
  if (unknownScheme(`${scheme}://`) !== undefined) return /^[^@]*:[^@]*@/.test(host);
  return !schemesWithVersions.has(scheme) && host.includes('@');
}

function authority(rest: string): string {
  return rest.split(/[/?#]/, 1)[0] ?? '';
}

/** The scheme of a storageUri, if it is none that storage initializers know by themselves. */
export function unknownScheme(uri: string): string | undefined {
  const scheme = uriPattern.exec(uri)?.[1]?.toLowerCase();
  return scheme === undefined || (storageSchemes as readonly string[]).includes(scheme) ? undefined : scheme;
}
