import type { InferenceService } from '@serval/api';
import { visibilityLabel } from '@serval/api';
import type { ServingConfig } from '../../config/serving-config.ts';
import { evaluateTemplate } from '../../template/go-template.ts';

/** Whether a service is to be reached from outside the cluster at all (KServe's three ways of saying no). */
export function isExternal(service: InferenceService, { ingress }: ServingConfig): boolean {
  return (
    service.metadata.labels?.[visibilityLabel] !== 'cluster-local' &&
    !ingress.disableIngressCreation &&
    ingress.ingressDomain !== 'svc.cluster.local'
  );
}

/** Whether requests can be split over revisions: by the weights of routes, which an Ingress has not. */
export function canSplit(service: InferenceService, config: ServingConfig): boolean {
  return isExternal(service, config) && config.ingress.enableGatewayApi;
}

/**
 * The external host name of a service or component, `iris-default.localhost`.
 *
 * @throws TemplateError for a domain template that cannot be evaluated.
 */
export function externalHost(
  name: string,
  { metadata }: InferenceService,
  config: ServingConfig,
  domain = config.ingress.ingressDomain,
): string {
  return evaluateTemplate(config.ingress.domainTemplate, {
    Name: name,
    Namespace: metadata.namespace ?? 'default',
    IngressDomain: domain,
    Labels: metadata.labels ?? {},
    Annotations: metadata.annotations ?? {},
  });
}

/** The host under every domain, the main one first. */
export function externalHosts(name: string, service: InferenceService, config: ServingConfig): string[] {
  const domains = [config.ingress.ingressDomain, ...(config.ingress.additionalIngressDomains ?? [])];
  return [...new Set(domains.map((domain) => externalHost(name, service, config, domain)))];
}
