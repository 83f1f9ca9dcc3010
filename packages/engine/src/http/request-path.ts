/** What the path of a resource request says. */
export interface ResourcePath {
  group: string;
  version: string;
  /** Empty for cluster-scoped paths, and for lists over all namespaces. */
  namespace: string;
  plural: string;
  /** Empty for collections. */
  name: string;
  /** Empty, or what follows the name: `status`, `log` … */
  subresource: string;
  /** The old `/watch/` form. */
  watch: boolean;
}

/** `undefined` for anything that is no resource path (discovery, health, OpenAPI). Throws URIError for bad escapes. */
export function parseResourcePath(pathname: string): ResourcePath | undefined {
  const parts = pathname
    .split('/')
    .filter((part) => part !== '')
    .map(decodeURIComponent);
  let rest: string[];
  let group = '';
  let version: string | undefined;
  if (parts[0] === 'api') [version, ...rest] = parts.slice(1) as [string | undefined, ...string[]];
  else if (parts[0] === 'apis') [group, version, ...rest] = parts.slice(1) as [string, string | undefined, ...string[]];
  else return undefined;
  if (!version || rest.length === 0) return undefined;
  const watch = rest[0] === 'watch';
  if (watch) rest = rest.slice(1);
  let namespace = '';
  if (rest[0] === 'namespaces' && rest.length > 2 && !isNamespaceSubresource(rest)) {
    namespace = rest[1]!;
    rest = rest.slice(2);
  }
  const [plural, name = '', ...subresource] = rest;
  if (!plural) return undefined;
  return { group, version, namespace, plural, name, subresource: subresource.join('/'), watch };
}

/** `/namespaces/NAME/status` and `/finalize` belong to the namespace itself. */
function isNamespaceSubresource(parts: string[]): boolean {
  return parts.length === 3 && (parts[2] === 'status' || parts[2] === 'finalize');
}
