import { domain, domains, domainTemplate, flag, gatewayName, objectName, oneOf, pathTemplate } from '../kinds.ts';
import { given, idle, open } from '../setting.ts';

const ofIstio = 'only Knative with Istio reads it';
const ofLlm = 'LLMInferenceServices are stored and checked, and not served';

/** How services are reached from outside. */
export const ingress = {
  enableGatewayApi: given(flag, true, 'Routes are of the Gateway API; `false`: one Ingress per service.'),
  kserveIngressGateway: given(
    gatewayName,
    'serval-system/serval-gateway',
    'The Gateway that routes attach to. Without a namespace, in that of the ConfigMap.',
  ),
  ingressDomain: given(
    domain,
    // *.localhost leads to loopback in curl and browsers, without any DNS.
    'localhost',
    'The domain below which services have their hosts. `svc.cluster.local`: none is reached from outside.',
  ),
  additionalIngressDomains: open(domains, 'More domains of the same: each service has a host below each.'),
  ingressClassName: open(objectName, 'The class of Ingresses, where the Gateway API is off.'),
  domainTemplate: given(
    domainTemplate,
    '{{ .Name }}-{{ .Namespace }}.{{ .IngressDomain }}',
    'The host of a service or component, of `.Name`, `.Namespace`, `.IngressDomain`, `.Labels.x` and `.Annotations.x`.',
  ),
  pathTemplate: open(
    pathTemplate,
    'Where services are reached by path below the domains too, of `.Name` and `.Namespace`. Without it, nowhere.',
  ),
  urlScheme: given(oneOf('http', 'https'), 'http', 'The scheme of the URLs in the status of services.'),
  disableIngressCreation: given(flag, false, 'No service is reached from outside: neither routes nor Ingresses.'),
  disableHTTPRouteTimeout: given(flag, false, 'Routes are written without timeouts.', { since: '0.18' }),
  ingressGateway: idle(ofIstio),
  localGateway: idle(ofIstio),
  localGatewayService: idle(ofIstio),
  knativeLocalGatewayService: idle(ofIstio),
  disableIstioVirtualHost: idle(ofIstio),
  enableLLMInferenceServiceTLS: idle(ofLlm, '0.18'),
  modelBasedRoutingHeaderName: idle(ofLlm, '0.19'),
  modelBasedRoutingMode: idle(ofLlm, '0.19'),
};
