import { StatusError } from '@serval/kube/objects';
import { attributesOf, describeAttributes } from '../access/index.ts';
import type { RequestContext } from './context.ts';
import type { Services } from './services.ts';

/** Whether anybody may read it, known or not. */
export function isPublic(pathname: string): boolean {
  return /^\/(healthz|livez|readyz|version)(\/|$)/.test(pathname);
}

/** Throws Forbidden, worded as upstream, unless an access rule lets the request through. */
export function authorize({ authorizer }: Services, context: RequestContext, verb?: string): void {
  const { user, request, pathname, query } = context;
  if (isPublic(pathname)) return;
  const asked = attributesOf(request.method, pathname, query);
  const attributes = verb ? { ...asked, verb } : asked;
  if (authorizer.authorize(user, attributes) !== undefined) return;
  const why = `User "${user.name}" ${describeAttributes(attributes)}`;
  if (attributes.path !== undefined) throw new StatusError('Forbidden', `forbidden: ${why}`, { details: {} });
  const { resource, group, name } = attributes;
  const kind = group === '' ? resource : `${resource}.${group}`;
  throw new StatusError('Forbidden', `${kind}${name ? ` "${name}"` : ''} is forbidden: ${why}`, {
    details: { ...(name ? { name } : {}), ...(group ? { group } : {}), kind: resource },
  });
}
