import type { HttpPathModifier } from '@serval/kube/objects';
import type { CompiledRedirect } from '../routes/table.ts';

/**
 * The path after a modifier. `ReplacePrefixMatch` keeps what follows the matched prefix, with exactly one slash between.
 *
 * @param prefix what matched, without final slash; undefined for an exact match, which is replaced whole.
 */
export function modifyPath(path: string, modifier: HttpPathModifier | undefined, prefix: string | undefined): string {
  if (modifier === undefined) return path;
  if (modifier.type === 'ReplaceFullPath') return withSlash(modifier.replaceFullPath ?? '/');
  const rest = prefix === undefined ? '' : path.slice(prefix.length);
  const replacement = (modifier.replacePrefixMatch ?? '').replace(/\/+$/, '');
  if (rest === '' || rest === '/') return withSlash(replacement + rest);
  return withSlash(`${replacement}${rest.startsWith('/') ? '' : '/'}${rest}`);
}

function withSlash(path: string): string {
  return path.startsWith('/') ? path : `/${path}`;
}

export interface RedirectedRequest {
  hostname: string;
  path: string;
  query: string;
  prefix: string | undefined;
}

const defaultPorts: Record<string, number> = { http: 80, https: 443 };

/**
 * `Location` of a RequestRedirect: parts that it does not name stay. Without a port, a named scheme takes its own, else the
 * listener's port stays; a scheme's own port is not written.
 */
export function redirectLocation(redirect: CompiledRedirect, request: RedirectedRequest, listenerPort: number): string {
  const scheme = redirect.scheme ?? 'http';
  const port = redirect.port ?? (redirect.scheme === undefined ? listenerPort : (defaultPorts[scheme] ?? listenerPort));
  const authority = `${redirect.hostname ?? request.hostname}${port === defaultPorts[scheme] ? '' : `:${port}`}`;
  const path = modifyPath(request.path, redirect.path, request.prefix);
  return `${scheme}://${authority}${path}${request.query === '' ? '' : `?${request.query}`}`;
}
