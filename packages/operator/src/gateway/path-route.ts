import type { HttpRoute, HttpRouteFilter, HttpRouteMatch, HttpRouteRule } from '@serval/kube/objects';
import type { ServingConfig } from '../config/serving-config.ts';
import { evaluateTemplate, TemplateError } from '../template/go-template.ts';

/**
 * The route of a service by path, under the domains themselves: `/serving/{{ .Namespace }}/{{ .Name }}`. A route of its own, as hosts of a
 * route hold for all its rules: with the service's own host in it, the first service would take every path of the domain. The model
 * server gets the path without what was put before it.
 *
 * @throws TemplateError for a template that gives no path.
 */
export function renderPathRoute(main: HttpRoute, { ingress }: ServingConfig): HttpRoute {
  const { name = '', namespace = '' } = main.metadata;
  const prefix = pathOf(ingress.pathTemplate ?? '', name, namespace);
  const rules = (main.spec.rules ?? []).flatMap((rule) =>
    (rule.matches ?? []).map((match) => below(prefix, rule, match)),
  );
  return {
    ...main,
    metadata: { ...main.metadata, name: `${name}-path` },
    spec: {
      ...main.spec,
      hostnames: [...new Set([ingress.ingressDomain, ...(ingress.additionalIngressDomains ?? [])])],
      rules,
    },
  };
}

/** Without a slash at the end. */
function pathOf(template: string, name: string, namespace: string): string {
  const path = evaluateTemplate(template, { Name: name, Namespace: namespace }).replace(/\/+$/, '');
  if (!/^(\/[A-Za-z0-9._~-]+)+$/.test(path)) {
    throw new TemplateError(`ingress.pathTemplate must give a path such as /serving/NAMESPACE/NAME, got "${path}"`);
  }
  return path;
}

/** One match, since what replaces a path depends on how it was matched. */
function below(prefix: string, rule: HttpRouteRule, match: HttpRouteMatch): HttpRouteRule {
  const { type = 'PathPrefix', value = '/' } = match.path ?? {};
  const path = type === 'PathPrefix' && value === '/' ? prefix : `${prefix}${value}`;
  const rewrite: HttpRouteFilter = {
    type: 'URLRewrite',
    urlRewrite: {
      path:
        type === 'Exact'
          ? { type: 'ReplaceFullPath', replaceFullPath: value }
          : { type: 'ReplacePrefixMatch', replacePrefixMatch: value },
    },
  };
  return { ...rule, matches: [{ ...match, path: { type, value: path } }], filters: [...(rule.filters ?? []), rewrite] };
}
