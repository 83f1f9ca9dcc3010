import { parseResourcePath } from '../http/request-path.ts';

/** What a request asks leave for, as access rules speak of it (upstream's request info). */
export type Attributes =
  | {
      readonly verb: string;
      readonly group: string;
      readonly version: string;
      /** Plural name. */
      readonly resource: string;
      /** Empty when none. */
      readonly subresource: string;
      /** Empty for lists over all namespaces and for what has none. */
      readonly namespace: string;
      /** Empty for collections. */
      readonly name: string;
      readonly path?: undefined;
    }
  | { readonly verb: string; readonly path: string };

const verbs: Readonly<Record<string, string>> = {
  POST: 'create',
  PUT: 'update',
  PATCH: 'patch',
  GET: 'get',
  HEAD: 'get',
  DELETE: 'delete',
};

/** Throws URIError for bad escapes in the path. */
export function attributesOf(method: string, pathname: string, query: URLSearchParams): Attributes {
  const path = parseResourcePath(pathname);
  if (!path) return { verb: method.toLowerCase(), path: pathname };
  const { group, version, namespace, plural, subresource } = path;
  const isRead = method === 'GET' || method === 'HEAD';
  const isWatch = isRead && subresource === '' && (path.watch || /^(1|true)$/.test(query.get('watch') ?? ''));
  let { name } = path;
  let verb = verbs[method] ?? method.toLowerCase();
  if (isWatch) verb = 'watch';
  else if (name === '' && isRead) verb = 'list';
  else if (name === '' && method === 'DELETE') verb = 'deletecollection';
  // A list or watch of one name is allowed by a rule for that name.
  if (name === '') name = nameSelectedBy(query.get('fieldSelector'));
  // What a namespace is named is its name and its namespace.
  const within = group === '' && plural === 'namespaces' && namespace === '' ? path.name : namespace;
  return { verb, group, version, resource: plural, subresource, namespace: within, name };
}

function nameSelectedBy(fieldSelector: string | null): string {
  return /(?:^|,)metadata\.name==?([^,=!]+)(?:,|$)/.exec(fieldSelector ?? '')?.[1] ?? '';
}

/** As upstream words it after `User "x"`. */
export function describeAttributes(attributes: Attributes): string {
  if (attributes.path !== undefined) return `cannot ${attributes.verb} path "${attributes.path}"`;
  const { verb, resource, subresource, group, namespace } = attributes;
  const named = subresource === '' ? resource : `${resource}/${subresource}`;
  const where = namespace === '' ? 'at the cluster scope' : `in the namespace "${namespace}"`;
  return `cannot ${verb} resource "${named}" in API group "${group}" ${where}`;
}
