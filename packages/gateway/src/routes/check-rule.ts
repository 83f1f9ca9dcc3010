import type { HttpRoute, HttpRouteFilter, HttpRouteRule } from '@serval/kube/objects';
import { parseDurationMs } from './durations.ts';
import type { Verdict } from './model.ts';

const filterTypes = new Set(['RequestHeaderModifier', 'ResponseHeaderModifier', 'RequestRedirect', 'URLRewrite']);
const backendFilterTypes = new Set(['RequestHeaderModifier', 'ResponseHeaderModifier']);

/**
 * Why a route cannot be served as written, undefined when it can. Such a route is refused whole (`Accepted: False`):
 * serving half of it would send requests to the wrong backend.
 *
 * Regular expressions are refused: those of JavaScript may take exponential time on a path that a stranger chose.
 */
export function checkRoute(route: HttpRoute): Verdict | undefined {
  for (const [index, rule] of (route.spec.rules ?? []).entries()) {
    const problem = checkRule(rule);
    if (problem) {
      const [reason, message] = problem;
      return { ok: false, reason, message: `spec.rules[${index}]${message}` };
    }
  }
  return undefined;
}

type Problem = readonly [reason: string, message: string];

function checkRule(rule: HttpRouteRule): Problem | undefined {
  return checkMatches(rule) ?? checkFilters(rule) ?? checkTimeouts(rule);
}

function checkMatches({ matches = [] }: HttpRouteRule): Problem | undefined {
  for (const [index, { path, headers = [], queryParams = [] }] of matches.entries()) {
    const at = `.matches[${index}]`;
    if (path?.type === 'RegularExpression') {
      return ['UnsupportedValue', `${at}.path.type is RegularExpression; expected Exact or PathPrefix`];
    }
    if ([...headers, ...queryParams].some(({ type }) => type === 'RegularExpression')) {
      return ['UnsupportedValue', `${at} compares by RegularExpression; expected Exact`];
    }
  }
  return undefined;
}

function checkFilters({ filters = [], backendRefs = [] }: HttpRouteRule): Problem | undefined {
  const has = (type: HttpRouteFilter['type']) => filters.some((filter) => filter.type === type);
  const unknown = filters.find(({ type }) => !filterTypes.has(type));
  if (unknown) return ['UnsupportedValue', `.filters: ${unknown.type} is not supported`];
  if (has('RequestRedirect') && has('URLRewrite')) {
    return ['IncompatibleFilters', '.filters: RequestRedirect and URLRewrite exclude each other'];
  }
  for (const [index, { filters: own = [] }] of backendRefs.entries()) {
    const refused = own.find(({ type }) => !backendFilterTypes.has(type));
    if (refused) return ['UnsupportedValue', `.backendRefs[${index}].filters: ${refused.type} is not supported`];
  }
  return undefined;
}

function checkTimeouts({ timeouts = {} }: HttpRouteRule): Problem | undefined {
  for (const [name, text] of Object.entries(timeouts)) {
    if (text !== undefined && parseDurationMs(text) === undefined) {
      return ['UnsupportedValue', `.timeouts.${name} is "${text}"; expected a duration such as 30s or 1m30s`];
    }
  }
  return undefined;
}
