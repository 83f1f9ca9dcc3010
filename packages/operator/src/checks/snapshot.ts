import type { ClusterServingRuntime, CustomResourceDefinition, InferenceService, ServingRuntime } from '@serval/api';
import type {
  ConfigMap,
  Deployment,
  EndpointSlice,
  Gateway,
  GatewayClass,
  GrpcRoute,
  HttpRoute,
  Ingress,
  Namespace,
  Pod,
  ReferenceGrant,
  Service,
} from '@serval/kube/objects';
import type { Problem } from '@serval/storage/config';
import type { ServingConfig } from '../config/serving-config.ts';
import type { WebhookHealth } from '../health/health-report.ts';
import type { StoredWebhookConfiguration } from '../registration/webhook-objects.ts';

/** What was read of one kind, or why it could not be. */
export type Seen<T> =
  | {
      readonly items: readonly T[];
      /** Which part was read, where it is not all. */
      readonly partly?: string;
    }
  | { readonly unread: string };

/** The storage entries of one Secret: what is wrong with them, and nothing of what they hold. */
export interface SeenStorageSecret {
  readonly namespace: string;
  readonly name: string;
  readonly entries: number;
  readonly problems: readonly Problem[];
}

/** What came of one request through the Gateway's address. */
export interface SeenProbe {
  /** `namespace/name`. */
  readonly service: string;
  /** `GET http://127.0.0.1:8080/v1/models/iris`. */
  readonly request: string;
  readonly host: string;
  /** HTTP status, or why there is none. */
  readonly outcome: { readonly status: number } | { readonly failure: string };
}

/** Everything that the checks look at, as it was at one time. Plain data: can be kept, changed and looked at again. */
export interface Snapshot {
  /** RFC 3339. */
  readonly takenAt: string;
  /** Where the platform's own objects are. */
  readonly systemNamespace: string;
  /** What the person asked about; all namespaces where there is none. */
  readonly scope: { readonly namespace?: string; readonly name?: string };
  readonly definitions: Seen<CustomResourceDefinition>;
  readonly config: Seen<ConfigMap>;
  /** What is in force, where that is known; else it is read from `config`. */
  readonly settings?: ServingConfig;
  readonly gatewayClasses: Seen<GatewayClass>;
  readonly gateways: Seen<Gateway>;
  readonly routes: Seen<HttpRoute>;
  readonly grpcRoutes: Seen<GrpcRoute>;
  readonly ingresses: Seen<Ingress>;
  readonly referenceGrants: Seen<ReferenceGrant>;
  readonly namespaces: Seen<Namespace>;
  readonly kubeServices: Seen<Service>;
  readonly endpointSlices: Seen<EndpointSlice>;
  readonly services: Seen<InferenceService>;
  readonly runtimes: Seen<ServingRuntime>;
  readonly clusterRuntimes: Seen<ClusterServingRuntime>;
  readonly deployments: Seen<Deployment>;
  /** Controllers of Gateways that are known, wherever they run. */
  readonly gatewayControllers: Seen<Deployment>;
  /** The API server's release, `v1.33.4`. */
  readonly kubernetes: Seen<string>;
  /** Webhook configurations of KServe. */
  readonly kserveWebhooks: Seen<StoredWebhookConfiguration>;
  readonly pods: Seen<Pod>;
  readonly webhookConfigurations: Seen<StoredWebhookConfiguration>;
  readonly webhookHealth: Seen<WebhookHealth>;
  readonly storageSecrets: Seen<SeenStorageSecret>;
  readonly probes: Seen<SeenProbe>;
}
