const verbs: Readonly<Record<string, string>> = { POST: 'create', PUT: 'update', PATCH: 'patch', DELETE: 'delete' };

/** What a request does to what, as audit logs of API servers name it. Anything that is no resource is `other`. */
export interface RequestDescription {
  /** `get`, `list`, `watch`, `create`, `update`, `patch` or `delete`. */
  readonly verb: string;
  /** `deployments`, `inferenceservices/status`. */
  readonly resource: string;
}

/** `PATCH /apis/apps/v1/namespaces/a/deployments/b?…` is to patch deployments. */
export function describeRequest(method: string, path: string): RequestDescription {
  const mark = path.indexOf('?');
  const [, root, ...rest] = (mark < 0 ? path : path.slice(0, mark)).split('/');
  const segments = rest.slice(root === 'apis' ? 2 : 1);
  const [plural, name, subresource] =
    segments[0] === 'namespaces' && segments.length > 2 ? segments.slice(2) : segments;
  if (!plural || (root !== 'api' && root !== 'apis')) return { verb: method.toLowerCase(), resource: 'other' };
  const isWatch = mark >= 0 && /[?&]watch=(?:true|1)\b/.test(path.slice(mark));
  const verb = method === 'GET' ? (isWatch ? 'watch' : name ? 'get' : 'list') : verbs[method];
  return { verb: verb ?? method.toLowerCase(), resource: subresource ? `${plural}/${subresource}` : plural };
}
