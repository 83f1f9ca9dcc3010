import type { InferenceService } from '@serval/api';
import type { HttpRoute, HttpRouteRule, ParentReference } from '@serval/kube/objects';
import type { ServingConfig } from '../../config/serving-config.ts';
import { componentName, serviceLabel, serviceNameHeader, serviceNamespaceHeader } from '../../names.ts';
import type { Backend, Traffic } from './backends.ts';
import { externalHost, externalHosts } from './hosts.ts';
import { withoutKeys } from './without-keys.ts';

/** Seconds that a request may take where the service says nothing (KServe). */
const defaultTimeoutSeconds = 60;

/** The Gateway that routes attach to. */
export function gatewayOf({ ingress }: ServingConfig): { namespace: string; name: string } {
  const [namespace = '', name = ''] = ingress.kserveIngressGateway.split('/');
  return { namespace, name };
}

export function parentReferenceOf(config: ServingConfig): ParentReference {
  return { group: 'gateway.networking.k8s.io', kind: 'Gateway', ...gatewayOf(config) };
}

/**
 * The route of the service itself, under every domain: explanations to the explainer, everything else to what takes its
 * predictions, by weight.
 */
export function renderServiceRoute(service: InferenceService, traffic: Traffic, config: ServingConfig): HttpRoute {
  const name = service.metadata.name ?? '';
  const { explainer } = traffic;
  return renderRoute(name, externalHosts(name, service, config), service, config, [
    ...(explainer ? [ruleOf(explainPath(name), [{ component: explainer, weight: 1 }], service, config)] : []),
    ruleOf(everyPath, traffic.front, service, config),
  ]);
}

/** The route of one kind of component, by which it is reached without what stands before it. */
export function renderComponentRoute(
  service: InferenceService,
  backends: readonly Backend[],
  config: ServingConfig,
): HttpRoute | undefined {
  const kind = backends[0]?.component.kind;
  if (!kind) return undefined;
  // Not named after `predictor.name`: the host stays when a canary takes over (KServe).
  const name = componentName(service.metadata.name ?? '', kind);
  const rule = ruleOf(everyPath, backends, service, config);
  return renderRoute(name, [externalHost(name, service, config)], service, config, [rule]);
}

type PathMatch = NonNullable<NonNullable<HttpRouteRule['matches']>[number]['path']>;

/** A plain path prefix, since regular expressions are each gateway's own. */
const everyPath: PathMatch = { type: 'PathPrefix', value: '/' };

/** Where the service's own model is explained (KServe matches every model name, by regular expression). */
function explainPath(model: string): PathMatch {
  return { type: 'Exact', value: `/v1/models/${model}:explain` };
}

function ruleOf(
  path: PathMatch,
  backends: readonly Backend[],
  service: InferenceService,
  config: ServingConfig,
): HttpRouteRule {
  const headers = [
    { name: serviceNameHeader, value: service.metadata.name ?? '' },
    { name: serviceNamespaceHeader, value: service.metadata.namespace ?? 'default' },
  ];
  const timeout = `${backends[0]?.component.spec.timeout ?? defaultTimeoutSeconds}s`;
  return {
    matches: [{ path }],
    filters: [{ type: 'RequestHeaderModifier', requestHeaderModifier: { set: headers } }],
    backendRefs: backends.map(({ component: { name, namespace }, weight }) => ({
      group: '',
      kind: 'Service',
      namespace,
      name,
      port: 80,
      weight,
    })),
    ...(config.ingress.disableHTTPRouteTimeout ? {} : { timeouts: { request: timeout } }),
  };
}

/** It is made before the Pods are ready, as a gateway answers 503 until then. */
function renderRoute(
  name: string,
  hostnames: string[],
  service: InferenceService,
  config: ServingConfig,
  rules: HttpRouteRule[],
): HttpRoute {
  const { serviceAnnotationDisallowedList, serviceLabelDisallowedList } = config.inferenceService;
  return {
    apiVersion: 'gateway.networking.k8s.io/v1',
    kind: 'HTTPRoute',
    metadata: {
      name,
      namespace: service.metadata.namespace ?? 'default',
      labels: {
        ...withoutKeys(service.metadata.labels, serviceLabelDisallowedList),
        [serviceLabel]: service.metadata.name ?? '',
      },
      annotations: withoutKeys(service.metadata.annotations, serviceAnnotationDisallowedList),
    },
    spec: { parentRefs: [parentReferenceOf(config)], hostnames, rules },
  };
}
