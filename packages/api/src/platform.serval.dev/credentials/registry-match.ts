import { checkLength } from './match-length.ts';

/** Names of images have 255 characters at most (grammar of `distribution/reference`); a scheme may stand before. */
export const maxRegistryMatchLength = 263;

export const registryMatchForm =
  'must be a registry as HOST[:PORT][/PATH], such as ghcr.io/acme or *.example.com:5000, in which * stands for a part of one label of the host';

/** What API servers judge by themselves, in CEL. */
export const registryMatchExpression =
  "self.matches('^(https?://)?([A-Za-z0-9*-]+([.][A-Za-z0-9*-]+)*|\\\\[[0-9A-Fa-f:.]+\\\\])(:[0-9]{1,5})?(/[a-z0-9._-]+)*/?$')";

const hubAliases: ReadonlySet<string> = new Set(['docker.io', 'index.docker.io']);

/**
 * Why a text names no registry, or nothing. Takes what docker configs have as well (`https://`, `/v1/`, `/v2/`, capitals in hosts). Messages never
 * repeat it, as it may hold a password.
 */
export function registryMatchProblem(match: string): string | undefined {
  const length = checkLength(match, maxRegistryMatchLength);
  if (length) return length;
  const scheme = /^([a-z][a-z0-9+.-]*):\/\//i.exec(match)?.[1];
  if (scheme !== undefined && !/^https?$/.test(scheme)) {
    return /^https?$/i.test(scheme)
      ? 'must have its scheme in lower case, or better none: HOST[:PORT][/PATH]'
      : 'must have no scheme, or http:// or https://: HOST[:PORT][/PATH]';
  }
  const rest = match.slice(scheme === undefined ? 0 : scheme.length + 3);
  const [host = '', ...path] = rest.split('/');
  if (host.includes('@')) return 'must not hold a user name or password; put credentials into the Secret';
  if (path.at(-1) === '') path.pop();
  return hostProblem(host) ?? pathProblem(path);
}

function hostProblem(host: string): string | undefined {
  if (host === '') return registryMatchForm;
  const { name, port } = splitPort(host);
  if (port !== undefined && !(/^\d{1,5}$/.test(port) && Number(port) >= 1 && Number(port) <= 65_535)) {
    return 'must have a port from 1 to 65535, or none';
  }
  if (name.startsWith('[')) {
    if (!/^\[[0-9a-f:.]*:[0-9a-f:.]*\]$/i.test(name)) return registryMatchForm;
    // The kubelet takes the brackets for a character class where no port follows.
    return port === undefined
      ? 'must have a port where the host is an IPv6 address, as kubelets match it only so'
      : undefined;
  }
  if (!/[.*]/.test(name) && port === undefined && name.toLowerCase() !== 'localhost') {
    return 'must name a host: images without one are those of docker.io, such as docker.io/acme';
  }
  const areLabels = name.split('.').every((label) => /^[a-z0-9*]([a-z0-9*-]*[a-z0-9*])?$/i.test(label));
  return areLabels ? undefined : registryMatchForm;
}

function pathProblem(segments: readonly string[]): string | undefined {
  if (segments.some((segment) => segment.includes('*'))) return 'must have * in the host only: paths match as they are';
  const areNames = segments.every((segment) => /^[a-z0-9._-]+$/.test(segment));
  return areNames ? undefined : 'must have a path of lower-case letters, digits, ".", "_" and "-", as images have';
}

/** The same text for matches that mean the same: without scheme, in lower case, with one name for Docker Hub. */
export function foldedRegistryMatch(match: string): string {
  const bare = match.toLowerCase().replace(/^https?:\/\//, '');
  const [host = '', ...path] = bare.split('/');
  const isVersion = path.length > 1 && /^v[12]$/.test(path[0] ?? '');
  const segments = (isVersion ? path.slice(1) : path).filter((segment) => segment !== '');
  return [hubAliases.has(host) ? 'docker.io' : host, ...segments].join('/');
}

function splitPort(host: string): { name: string; port?: string } {
  const at = host.startsWith('[') ? host.indexOf(':', host.indexOf(']')) : host.indexOf(':');
  return at < 0 ? { name: host } : { name: host.slice(0, at), port: host.slice(at + 1) };
}
