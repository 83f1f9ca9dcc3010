import type { Severity } from './finding.ts';

interface CatalogueEntry {
  readonly severity: Severity;
  /** What such a finding means. */
  readonly meaning: string;
  /** What mends it. */
  readonly mend: string;
  readonly hides?: readonly string[];
  /** Time alone may mend it: something is under way. */
  readonly passes?: true;
}

const gatewaySymptoms = [
  'gateway-rejected',
  'gateway-pending',
  'gateway-not-programmed',
  'gateway-address-missing',
  'listener-rejected',
  'listener-not-programmed',
] as const;
const routeSymptoms = ['route-pending', 'route-rejected', 'route-not-programmed', 'listener-without-routes'] as const;
const serviceSymptoms = ['service-not-ready', 'probe-unreachable', 'probe-not-found', 'probe-failed'] as const;
const noBackend = ['backend-endpoints-missing', 'service-not-ready', 'probe-unavailable', 'probe-failed'] as const;
const afterGateway = [...routeSymptoms, ...serviceSymptoms, 'probe-unavailable'] as const;
/** Nothing of a service is made, or kept up to date. */
const noChildren = ['deployment-missing', 'route-missing', 'backend-missing', ...noBackend, 'probe-not-found'] as const;

const error = 'error';
const warning = 'warning';

/**
 * Every finding that there is, in the order of the way of a request: what stands before another is to be mended first. An id is kept for
 * ever; a finding hides its symptoms, and theirs.
 */
export const catalogue = {
  'serving-api-missing': {
    severity: error,
    meaning: 'a definition of `serving.kserve.io` that every installation has is missing or not served',
    mend: '`serval install`',
    hides: ['service-missing'],
  },
  'kubernetes-old': {
    severity: error,
    meaning: 'the API server is older than Serval’s definitions need',
    mend: 'a newer Kubernetes',
  },
  'serving-api-other': {
    severity: warning,
    meaning:
      'a definition of `serving.kserve.io` lacks a field of this release: it is of another release, or of KServe',
    mend: '`serval install`',
  },
  'kserve-beside': {
    severity: warning,
    meaning: 'KServe’s webhooks are registered beside Serval’s: two operators act on the same objects',
    mend: '`serval install --from-kserve`, or one of the two uninstalled',
  },
  'gateway-api-missing': {
    severity: error,
    meaning: 'GatewayClass, Gateway or HTTPRoute is not defined in this cluster',
    mend: 'install the Gateway API definitions of release 1.2 or later',
    hides: ['class-missing', 'gateway-missing', 'route-missing', ...afterGateway],
  },
  'gateway-api-unserved': {
    severity: error,
    meaning: 'a Gateway API definition is there, but does not serve version v1, or is not established',
    mend: 'install the Gateway API definitions of release 1.2 or later',
    hides: ['class-missing', 'gateway-missing', 'route-missing', ...afterGateway],
  },
  'field-dropped': {
    severity: error,
    meaning: 'a field that somebody applied is unknown to the installed Gateway API definitions, and was dropped',
    mend: 'install a release of the definitions that has the field, or take it out of the manifest',
  },
  'gateway-api-old': {
    severity: warning,
    meaning: 'the Gateway API definitions are older than release 1.2, and lack fields',
    mend: 'install a newer release of the definitions',
    hides: ['field-unserved', 'feature-unsupported'],
  },
  'gateway-api-mixed': {
    severity: warning,
    meaning: 'the Gateway API definitions are of several releases or channels',
    mend: 'install all definitions of one release and channel',
  },
  'gateway-release-unfit': {
    severity: error,
    meaning: 'the running release of the gateway is known not to work with the installed Gateway API definitions',
    mend: 'definitions of the release and channel that it needs, or another release of it',
    hides: [
      'class-pending',
      'class-rejected',
      'gateway-api-unsupported',
      'gateway-release-unproven',
      ...gatewaySymptoms,
      ...afterGateway,
    ],
  },
  'gateway-api-unsupported': {
    severity: warning,
    meaning: 'the controller of the class says that it does not support the installed Gateway API definitions',
    mend: 'definitions of a release that it names',
  },
  'gateway-release-unproven': {
    severity: warning,
    meaning: 'the running release of the gateway is not shown to work with this Gateway API or Kubernetes',
    mend: 'nothing, if routes work; else the releases that the message names',
  },
  'field-unserved': {
    severity: warning,
    meaning: 'a field that services make use of is not in the installed definition of routes, so it is not written',
    mend: 'install a release or channel of the definitions that has the field',
    hides: ['feature-unsupported'],
  },
  'config-missing': {
    severity: warning,
    meaning: 'ConfigMap `inferenceservice-config` is not there; what it said last stays in force, or defaults hold',
    mend: '`serval install`',
  },
  'config-invalid': {
    severity: error,
    meaning:
      'ConfigMap `inferenceservice-config` has a value that cannot be; the last good configuration stays in force',
    mend: 'mend the key that the message names',
  },
  'config-unknown': {
    severity: warning,
    meaning: 'a section or key of `inferenceservice-config` that this release does not know, and so ignores',
    mend: 'correct the name, or take it out',
  },
  'config-without-effect': {
    severity: warning,
    meaning: 'keys of `inferenceservice-config` that KServe has, and from which nothing comes here',
    mend: 'nothing, or take them out',
  },
  'operator-unavailable': {
    severity: error,
    meaning: 'no Pod of the operator is available',
    mend: 'look at the operator’s Pods and logs',
    hides: ['webhook-failing', 'service-unseen', ...noChildren],
  },
  'webhook-missing': {
    severity: error,
    meaning: 'a webhook configuration of the installation is not there: objects are neither defaulted nor checked',
    mend: '`serval install`',
  },
  'webhook-authority-expired': {
    severity: error,
    meaning: 'the authority that API servers trust for a webhook has expired, or cannot be read',
    mend: 'self-managed: delete the Secret of the certificate; cert-manager: see its Certificate',
    hides: ['webhook-failing'],
  },
  'webhook-failing': {
    severity: error,
    meaning: 'API servers do not get an answer from a webhook or from the conversion of versions',
    mend: 'what the finding says of the address and certificate',
  },
  'storage-config-broken': {
    severity: error,
    meaning: 'a storage entry, or a certificate that it trusts, cannot be used',
    mend: '`serval storage-config check`, then `migrate` or `set`',
  },
  'storage-config-doubtful': {
    severity: warning,
    meaning: 'a storage entry works now, but is deprecated, incomplete or about to expire',
    mend: '`serval storage-config check`, then `migrate` or `set`',
  },
  'gateway-missing': {
    severity: error,
    meaning: 'the Gateway that the configuration names does not exist',
    mend: 'create it, or name another in `ingress.kserveIngressGateway`',
    hides: [...afterGateway],
  },
  'class-missing': {
    severity: error,
    meaning: 'the Gateway names a GatewayClass that does not exist',
    mend: 'install the implementation, or name a class that exists',
    hides: [...gatewaySymptoms, ...afterGateway],
  },
  'class-rejected': {
    severity: error,
    meaning: 'the controller of the GatewayClass refuses it',
    mend: 'what the controller says',
    hides: [...gatewaySymptoms, ...afterGateway],
  },
  'class-pending': {
    severity: error,
    passes: true,
    meaning: 'no controller has taken up the GatewayClass: it is not installed, does not run, or has another name',
    mend: 'install or mend the controller that the class names',
    hides: [...gatewaySymptoms, ...afterGateway],
  },
  'kong-class-managed': {
    severity: error,
    meaning:
      'Kong Ingress Controller reconciles Gateways only of classes with the annotation `konghq.com/gatewayclass-unmanaged`',
    mend: 'annotate the class (`--fix` does)',
    hides: [...gatewaySymptoms, 'data-plane-unknown', ...afterGateway],
  },
  'class-controller-unknown': {
    severity: warning,
    meaning: 'the class belongs to a controller that Serval knows nothing about',
    mend: 'nothing, if routes work; else see the documentation of the implementation',
    hides: ['feature-unsupported'],
  },
  'class-name-misleading': {
    severity: warning,
    meaning: 'the class is named like one product, and owned by the controller of another',
    mend: 'name the class after its controller, or correct `spec.controllerName`',
  },
  'infrastructure-ignored': {
    severity: warning,
    meaning: 'the Gateway has `spec.infrastructure`, which its implementation does not act on',
    mend: 'take the field out',
  },
  'data-plane-missing': {
    severity: error,
    meaning: 'the Service of the gateway’s data plane does not exist',
    mend: 'install the data plane: an unmanaged gateway brings none along',
    hides: [...gatewaySymptoms, ...afterGateway],
  },
  'data-plane-unready': {
    severity: error,
    passes: true,
    meaning: 'the Service of the gateway’s data plane has no ready endpoint',
    mend: 'look at the Pods behind the Service',
    hides: [...gatewaySymptoms, ...afterGateway],
  },
  'data-plane-unknown': {
    severity: error,
    meaning: 'an unmanaged Gateway does not say which Service is its data plane',
    mend: 'install Kong with its proxy, and set `konghq.com/publish-service`',
    hides: [...gatewaySymptoms, ...afterGateway],
  },
  'listener-port-closed': {
    severity: error,
    meaning: 'the Service of the data plane does not expose the port of a listener',
    mend: 'expose the port, or give the listener one that is',
    hides: [...gatewaySymptoms, ...afterGateway],
  },
  'listener-missing': {
    severity: error,
    meaning: 'the Gateway has no HTTP or HTTPS listener',
    mend: 'add a listener',
    hides: [...gatewaySymptoms, ...afterGateway],
  },
  'listener-conflicted': {
    severity: error,
    meaning: 'two listeners have the same port, protocol and hostname',
    mend: 'give one another port or hostname',
    hides: [...gatewaySymptoms, ...afterGateway],
  },
  'listener-rejected': {
    severity: error,
    meaning: 'the implementation does not accept a listener (port not available, protocol not supported)',
    mend: 'what the implementation says',
    hides: ['gateway-rejected', 'gateway-not-programmed', 'listener-not-programmed', ...afterGateway],
  },
  'listener-unresolved': {
    severity: error,
    meaning: 'a certificate or kind that a listener refers to cannot be had',
    mend: 'create what it refers to, or allow the reference',
    hides: ['gateway-rejected', 'gateway-not-programmed', 'listener-not-programmed', ...afterGateway],
  },
  'gateway-rejected': {
    severity: error,
    meaning: 'the implementation does not accept the Gateway',
    mend: 'what the implementation says',
    hides: ['gateway-not-programmed', 'gateway-address-missing', 'listener-not-programmed', ...afterGateway],
  },
  'gateway-pending': {
    severity: error,
    passes: true,
    meaning: 'no controller has taken up the Gateway, or not its present generation',
    mend: 'see that the controller runs and follows this class and namespace',
    hides: ['gateway-not-programmed', 'gateway-address-missing', 'listener-not-programmed', ...afterGateway],
  },
  'listener-not-programmed': {
    severity: error,
    passes: true,
    meaning: 'a listener is accepted, but not in the data plane',
    mend: 'what the implementation says',
    hides: ['gateway-not-programmed', ...afterGateway],
  },
  'gateway-not-programmed': {
    severity: error,
    passes: true,
    meaning: 'the Gateway is accepted, but not in the data plane; Unknown counts as not',
    mend: 'what the implementation says; see the Pods of the data plane',
    hides: ['gateway-address-missing', ...afterGateway],
  },
  'gateway-address-missing': {
    severity: error,
    passes: true,
    meaning: 'the Gateway has no address: nothing is assigned by the load balancer, or the data plane is not there',
    mend: 'see the Service of the data plane',
    hides: [...afterGateway],
  },
  'service-missing': {
    severity: error,
    meaning: 'there is no InferenceService of the name that was asked for',
    mend: '`serval get isvc -A`',
  },
  'service-unseen': {
    severity: error,
    meaning: 'the operator has not acted on the present generation of the service',
    mend: 'see that the operator runs and follows this namespace',
    hides: [...noChildren],
  },
  'service-refused': {
    severity: error,
    meaning: 'the API server refused a child of the service: a quota, a policy, or an object of another owner',
    mend: 'what the message names',
    hides: [...noChildren],
  },
  'runtime-unknown': {
    severity: error,
    meaning: 'the service names a runtime that does not exist',
    mend: 'create it, or name one that exists',
    hides: [...noChildren],
  },
  'runtime-disabled': {
    severity: error,
    meaning: 'the service names a runtime that is disabled',
    mend: 'enable it, or name another',
    hides: [...noChildren],
  },
  'runtime-unfit': {
    severity: error,
    meaning: 'no runtime serves the format, version and protocol of the model',
    mend: 'install a runtime for it, or name one in `model.runtime`',
    hides: [...noChildren],
  },
  'deployment-missing': {
    severity: error,
    meaning: 'the Deployment of a component is not there',
    mend: 'see the conditions of the service and the operator’s log',
    hides: [...noBackend],
  },
  'pod-creation-refused': {
    severity: error,
    meaning: 'Pods of a component cannot be created: a quota, a policy or a webhook refuses them',
    mend: 'what the message names',
    hides: [...noBackend],
  },
  'pod-unschedulable': {
    severity: error,
    meaning: 'no node takes a Pod',
    mend: 'lower its requests, or add or label nodes',
    hides: [...noBackend],
  },
  'pod-image-unavailable': {
    severity: error,
    meaning: 'an image cannot be pulled',
    mend: 'correct the name of the image, or give pull credentials',
    hides: [...noBackend],
  },
  'pod-out-of-memory': {
    severity: error,
    meaning: 'a container was killed because it used more memory than its limit',
    mend: 'raise the limit',
    hides: [...noBackend],
  },
  'model-load-failed': {
    severity: error,
    meaning: 'the model could not be fetched or loaded',
    mend: 'what the storage initializer or the model server says',
    hides: [...noBackend],
  },
  'pod-failing': {
    severity: error,
    meaning: 'a container ends again and again, or cannot be started',
    mend: '`serval logs NAME`',
    hides: [...noBackend],
  },
  'route-missing': {
    severity: error,
    passes: true,
    meaning: 'a route of a service that is to be reached from outside is not there',
    mend: 'see the conditions of the service and the operator’s log',
    hides: ['listener-without-routes', ...serviceSymptoms],
  },
  'route-elsewhere': {
    severity: error,
    meaning: 'a route is attached to another Gateway than the configured one',
    mend: 'see the operator’s log; whoever else writes the route must stop',
    hides: [...routeSymptoms, ...serviceSymptoms],
  },
  'route-namespace-refused': {
    severity: error,
    meaning: 'no listener takes routes from the namespace of the service',
    mend: '`allowedRoutes.namespaces` of the listener, or a label on the namespace',
    hides: [...routeSymptoms, ...serviceSymptoms],
  },
  'route-kind-refused': {
    severity: error,
    meaning: 'no listener takes HTTPRoutes',
    mend: '`allowedRoutes.kinds` of the listener',
    hides: [...routeSymptoms, ...serviceSymptoms],
  },
  'route-host-outside': {
    severity: error,
    meaning: 'no listener has a hostname that covers the host of the route',
    mend: '`ingress.ingressDomain` or `domainTemplate` of the configuration, or the hostname of the listener',
    hides: [...routeSymptoms, ...serviceSymptoms],
  },
  'route-host-claimed': {
    severity: error,
    meaning: 'two routes claim the same host and path on one Gateway: the older one gets the requests',
    mend: 'rename one of the two services, or delete the route that is not wanted',
    hides: ['probe-not-found', 'probe-failed', 'probe-unavailable'],
  },
  'route-rejected': {
    severity: error,
    meaning: 'the implementation does not accept a route',
    mend: 'what the implementation says',
    hides: ['route-not-programmed', 'listener-without-routes', ...serviceSymptoms],
  },
  'route-pending': {
    severity: error,
    passes: true,
    meaning: 'our Gateway’s controller has said nothing of the route, or nothing of its present generation',
    mend: 'see that the controller runs and follows the namespace',
    hides: ['route-not-programmed', 'listener-without-routes', ...serviceSymptoms],
  },
  'backend-ungranted': {
    severity: error,
    meaning: 'a route leads into another namespace, and no ReferenceGrant there allows it',
    mend: 'create the ReferenceGrant',
    hides: ['route-unresolved', 'service-not-ready', 'probe-failed', 'probe-unavailable'],
  },
  'backend-missing': {
    severity: error,
    meaning: 'a route leads to a Service that does not exist',
    mend: 'see the conditions of the service and the operator’s log',
    hides: ['route-unresolved', 'service-not-ready', 'probe-failed', 'probe-unavailable'],
  },
  'backend-port-missing': {
    severity: error,
    meaning: 'a route leads to a port that the Service does not have',
    mend: 'see who else writes the Service or the route',
    hides: ['route-unresolved', 'service-not-ready', 'probe-failed', 'probe-unavailable'],
  },
  'route-unresolved': {
    severity: error,
    meaning: 'a reference of the route does not resolve (ResolvedRefs)',
    mend: 'what the implementation says',
    hides: ['route-not-programmed', 'service-not-ready', 'probe-failed', 'probe-unavailable'],
  },
  'route-not-programmed': {
    severity: error,
    passes: true,
    meaning: 'a route is accepted, but its implementation has not put it into the data plane',
    mend: 'what the implementation says',
    hides: [...serviceSymptoms],
  },
  'backend-endpoints-missing': {
    severity: error,
    passes: true,
    meaning: 'a Service that a route leads to has no ready endpoint',
    mend: 'see the Pods of the component',
    hides: ['service-not-ready', 'probe-unavailable', 'probe-failed'],
  },
  'ingress-address-missing': {
    severity: error,
    passes: true,
    meaning: 'no controller has given the Ingress of a service an address',
    mend: 'install an Ingress controller, or name its class in `ingress.ingressClassName`',
    hides: ['service-not-ready'],
  },
  'feature-unsupported': {
    severity: warning,
    meaning: 'a service asks for what its gateway cannot do; the rest of it is served',
    mend: 'another gateway, a newer release of it or of the definitions, or a service that does not ask for it',
  },
  'listener-without-routes': {
    severity: warning,
    meaning: 'the Gateway counts no route on any listener, though there are routes for it',
    mend: 'see the findings on routes',
  },
  'probe-unreachable': {
    severity: error,
    meaning: 'nothing answers at the address of the Gateway',
    mend: 'a firewall, a load balancer that is not ready, or an address that is not reachable from here',
    hides: ['service-not-ready'],
  },
  'probe-not-found': {
    severity: error,
    meaning: 'the Gateway answers 404: no route has the host, or the server does not know the model',
    mend: 'see that the data plane is up to date, and the name of the model',
    hides: ['service-not-ready'],
  },
  'probe-failed': {
    severity: error,
    meaning: 'the Gateway answers 500 or another unexpected status: an invalid backend, or a failing server',
    mend: 'see the conditions of the route and the logs of the server',
    hides: ['service-not-ready'],
  },
  'probe-unavailable': {
    severity: error,
    meaning: 'the Gateway answers 502, 503 or 504: no endpoint is ready as the data plane sees it',
    mend: 'see the Pods, and NetworkPolicies between data plane and Pods',
    hides: ['service-not-ready'],
  },
  'service-not-ready': {
    severity: error,
    meaning: 'the service is not ready, and no other finding says why',
    mend: '`serval describe isvc NAME`',
  },
} as const satisfies Readonly<Record<string, CatalogueEntry>>;

export type FindingId = keyof typeof catalogue;
export const findingIds = Object.keys(catalogue) as FindingId[];

/** What is known of an id. */
export function entryOf(id: FindingId): CatalogueEntry & { readonly hides?: readonly FindingId[] } {
  return catalogue[id];
}
