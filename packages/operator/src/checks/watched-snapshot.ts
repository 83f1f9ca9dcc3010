import type { CustomResourceDefinition, InferenceService } from '@serval/api';
import type { Gateway, GatewayClass, GrpcRoute, HttpRoute } from '@serval/kube/objects';
import type { ServingConfig } from '../config/serving-config.ts';
import type { Snapshot } from './snapshot.ts';

/** What the operator watches in any case, and the checks can be run on. */
export interface Watched {
  readonly settings: ServingConfig;
  readonly systemNamespace: string;
  /** The Gateway that the configuration names, and its class, where they are. */
  readonly gateway: Gateway | undefined;
  readonly gatewayClass: GatewayClass | undefined;
  /** Whether any class could be read: otherwise nothing is known of those that are not there. */
  readonly seesClasses: boolean;
  readonly definitions?: readonly CustomResourceDefinition[];
  /** One service with its routes. */
  readonly service?: InferenceService;
  readonly routes?: Iterable<HttpRoute>;
  readonly grpcRoutes?: Iterable<GrpcRoute>;
}

/** As a snapshot, in which everything else could not be read: what is not watched is not asked for either. */
export function watchedSnapshot(watched: Watched): Snapshot {
  const unread = { unread: 'the operator does not look at them' };
  const { settings, systemNamespace, gateway, gatewayClass, service } = watched;
  const ofService = <T>(objects: Iterable<T> | undefined) =>
    objects === undefined ? unread : { items: [...objects], partly: 'only those of the service' };
  return {
    takenAt: '',
    systemNamespace,
    scope: {},
    settings,
    definitions: watched.definitions === undefined ? unread : { items: watched.definitions },
    config: unread,
    gatewayClasses: gatewayClass ? { items: [gatewayClass] } : watched.seesClasses ? { items: [] } : unread,
    gateways: { items: gateway ? [gateway] : [] },
    routes: ofService(watched.routes),
    grpcRoutes: ofService(watched.grpcRoutes),
    ingresses: unread,
    referenceGrants: unread,
    namespaces: unread,
    kubeServices: unread,
    endpointSlices: unread,
    services: service ? { items: [service] } : unread,
    runtimes: unread,
    clusterRuntimes: unread,
    deployments: unread,
    gatewayControllers: unread,
    kubernetes: unread,
    kserveWebhooks: unread,
    pods: unread,
    webhookConfigurations: unread,
    webhookHealth: unread,
    storageSecrets: unread,
    probes: unread,
  };
}
