import type { ApiResponse } from '@serval/kube/client';
import { StatusError } from '@serval/kube/objects';
import { answerDiscovery } from '../discovery/discovery.ts';
import { methodNotAllowed } from '../registry/errors.ts';
import type { ServedResource } from '../registry/served-resource.ts';
import { jsonAnswer, textAnswer } from './answer.ts';
import type { RequestContext } from './context.ts';
import { parseResourcePath, type ResourcePath } from './request-path.ts';
import { handleResource } from './resource-handler.ts';
import type { Services } from './services.ts';
import { findSubresource } from './subresources.ts';
import { versionInfo } from './version.ts';

/** Finds what a path leads to. Throws StatusError. */
export async function route(services: Services, context: RequestContext): Promise<ApiResponse> {
  const { pathname } = context;
  const path = parseResourcePath(pathname);
  if (!path) return routeFixed(services, context);
  const resource = services.registry.catalogue.find(path.group, path.version, path.plural);
  if (!resource) throw pageNotFound();
  checkScope(resource, path);
  if (resource.deprecationWarning) context.warnings.push(resource.deprecationWarning);
  if (path.subresource && path.subresource !== 'status') {
    const handle = findSubresource(resource, path.subresource);
    if (!handle) throw pageNotFound();
    return handle(services, context, resource, path);
  }
  if (path.subresource === 'status' && !resource.statusSubresource) throw pageNotFound();
  return handleResource(services, context, resource, path);
}

function checkScope(resource: ServedResource, path: ResourcePath): void {
  if (path.namespace && !resource.namespaced) throw pageNotFound();
  if (path.name && resource.namespaced && !path.namespace) throw pageNotFound();
}

async function routeFixed(services: Services, context: RequestContext): Promise<ApiResponse> {
  const { pathname, request } = context;
  if (request.method !== 'GET')
    throw methodNotAllowed('the server does not allow this method on the requested resource');
  if (/^\/(healthz|livez|readyz)(\/|$)/.test(pathname)) return textAnswer(200, 'ok');
  if (pathname === '/version') return jsonAnswer(200, versionInfo);
  const discovery = answerDiscovery(services.registry.catalogue, pathname, context.headers['accept']);
  if (discovery) return discovery;
  const openApi = services.answerOpenApi(pathname, context.headers['accept']);
  if (openApi) return openApi;
  throw pageNotFound();
}

function pageNotFound(): StatusError {
  return new StatusError('NotFound', 'the server could not find the requested resource', { details: {} });
}
