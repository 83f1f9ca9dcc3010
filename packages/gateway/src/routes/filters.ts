import type { HeaderFilter, HttpRouteFilter } from '@serval/kube/objects';
import type { CompiledFilters } from './table.ts';

const noFilters: CompiledFilters = {
  requestHeaders: [],
  responseHeaders: [],
  redirect: undefined,
  rewrite: undefined,
};

/** Filters in the form that the data plane applies. Those that `checkRule` refuses are passed over. */
export function compileFilters(filters: readonly HttpRouteFilter[] | undefined): CompiledFilters {
  if (filters === undefined || filters.length === 0) return noFilters;
  const requestHeaders: HeaderFilter[] = [];
  const responseHeaders: HeaderFilter[] = [];
  let redirect: CompiledFilters['redirect'];
  let rewrite: CompiledFilters['rewrite'];
  for (const filter of filters) {
    if (filter.requestHeaderModifier) requestHeaders.push(lowerCase(filter.requestHeaderModifier));
    if (filter.responseHeaderModifier) responseHeaders.push(lowerCase(filter.responseHeaderModifier));
    if (filter.requestRedirect) {
      const { scheme, hostname, port, path, statusCode = 302 } = filter.requestRedirect;
      redirect = { scheme, hostname, port, path, statusCode };
    }
    if (filter.urlRewrite) rewrite = { hostname: filter.urlRewrite.hostname, path: filter.urlRewrite.path };
  }
  return { requestHeaders, responseHeaders, redirect, rewrite };
}

function lowerCase({ set, add, remove }: HeaderFilter): HeaderFilter {
  const names = (headers: HeaderFilter['set']) =>
    headers?.map(({ name, value }) => ({ name: name.toLowerCase(), value })) ?? [];
  return { set: names(set), add: names(add), remove: remove?.map((name) => name.toLowerCase()) ?? [] };
}
