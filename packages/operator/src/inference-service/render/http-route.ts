import type { InferenceService } from '@serval/api';
import type { HttpRoute, ParentReference } from '@serval/kube/objects';
import type { ServingConfig } from '../../config/serving-config.ts';
import { serviceLabel, serviceNameHeader, serviceNamespaceHeader } from '../../names.ts';
import type { Component } from './component.ts';
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

/** The route of the service itself, under every domain: to the component that takes its requests. */
export function renderServiceRoute(service: InferenceService, front: Component, config: ServingConfig): HttpRoute {
  const name = service.metadata.name ?? '';
  return renderRoute(name, externalHosts(name, service, config), service, front, config);
}

/** The route of one component, by which it is reached without what stands before it. */
export function renderComponentRoute(
  service: InferenceService,
  component: Component,
  config: ServingConfig,
): HttpRoute {
  return renderRoute(component.name, [externalHost(component.name, service, config)], service, component, config);
}

/**
 * One rule that matches everything: a plain path prefix, since regular expressions are each gateway's own. It is made
 * before the Pods are ready, as a gateway answers 503 until then.
 */
function renderRoute(
  name: string,
  hostnames: string[],
  service: InferenceService,
  backend: Component,
  config: ServingConfig,
): HttpRoute {
  const headers = [
    { name: serviceNameHeader, value: service.metadata.name ?? '' },
    { name: serviceNamespaceHeader, value: backend.namespace },
  ];
  const timeout = `${backend.spec.timeout ?? defaultTimeoutSeconds}s`;
  const { serviceAnnotationDisallowedList, serviceLabelDisallowedList } = config.inferenceService;
  return {
    apiVersion: 'gateway.networking.k8s.io/v1',
    kind: 'HTTPRoute',
    metadata: {
      name,
      namespace: backend.namespace,
      labels: {
        ...withoutKeys(service.metadata.labels, serviceLabelDisallowedList),
        [serviceLabel]: service.metadata.name ?? '',
      },
      annotations: withoutKeys(service.metadata.annotations, serviceAnnotationDisallowedList),
    },
    spec: {
      parentRefs: [parentReferenceOf(config)],
      hostnames,
      rules: [
        {
          matches: [{ path: { type: 'PathPrefix', value: '/' } }],
          filters: [{ type: 'RequestHeaderModifier', requestHeaderModifier: { set: headers } }],
          backendRefs: [
            { group: '', kind: 'Service', namespace: backend.namespace, name: backend.name, port: 80, weight: 1 },
          ],
          ...(config.ingress.disableHTTPRouteTimeout ? {} : { timeouts: { request: timeout } }),
        },
      ],
    },
  };
}
