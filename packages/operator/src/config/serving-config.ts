/** The platform's configuration: ConfigMap `inferenceservice-config`, typed. Key names inside are KServe's. */
export interface ServingConfig {
  readonly deploy: { readonly defaultDeploymentMode: string };
  readonly ingress: {
    readonly enableGatewayApi: boolean;
    /** `namespace/name` of the Gateway that routes attach to. */
    readonly kserveIngressGateway: string;
    readonly ingressDomain: string;
    readonly additionalIngressDomains?: readonly string[];
    readonly domainTemplate: string;
    /** Where services are reached by path under the domains too, `/serving/{{ .Namespace }}/{{ .Name }}`. Empty: nowhere. */
    readonly pathTemplate?: string;
    /** Of Ingresses, which are made where `enableGatewayApi` is false. */
    readonly ingressClassName?: string;
    readonly urlScheme: 'http' | 'https';
    readonly disableIngressCreation: boolean;
    readonly disableHTTPRouteTimeout: boolean;
  };
  readonly storageInitializer: {
    readonly image: string;
    readonly memoryRequest: string;
    readonly memoryLimit: string;
    readonly cpuRequest: string;
    readonly cpuLimit: string;
    /** ConfigMap of the platform's own namespace whose key `cabundle.crt` every storage initializer trusts besides. Empty: none. */
    readonly caBundleConfigMapName?: string;
    /** Where an initializer of another maker finds the bundle. Empty: nowhere but where Serval's own looks. */
    readonly caBundleVolumeMountPath?: string;
    /** Takes the place of the ConfigMap's copies in clusters that serve ClusterTrustBundles. */
    readonly clusterTrustBundle?: ClusterTrustBundleConfig;
  };
  readonly credentials: CredentialsConfig;
  readonly inferenceService: {
    readonly resource: {
      readonly cpuRequest?: string;
      readonly memoryRequest?: string;
      readonly cpuLimit?: string;
      readonly memoryLimit?: string;
    };
    /** Annotations and labels of a service that its children do not get. */
    readonly serviceAnnotationDisallowedList: readonly string[];
    readonly serviceLabelDisallowedList: readonly string[];
  };
  /** Seconds, as texts: how long KEDA waits before it scales, where a component does not say. */
  readonly autoscaler: {
    readonly scaleUpStabilizationWindowSeconds?: string;
    readonly scaleDownStabilizationWindowSeconds?: string;
  };
  /** `HOST:PORT` of the scaler that answers for metrics of Pods (class keda). */
  readonly opentelemetryCollector: { readonly metricScalerEndpoint: string };
  /** Images of the explainers that are written without one. */
  readonly explainers: { readonly art: { readonly image: string; readonly defaultImageVersion: string } };
  readonly service: { readonly serviceClusterIPNone: boolean };
  readonly security: { readonly autoMountServiceAccountToken: boolean };
}

/** One ClusterTrustBundle by its name, or all of a signer with these labels. */
interface ClusterTrustBundleConfig {
  readonly name?: string;
  readonly signerName?: string;
  readonly labelSelector?: Readonly<Record<string, unknown>>;
}

/** How far the move to one meaning of each certificate field has come; see `docs/storage-credentials.md`. */
export const certificateFieldStages = ['Dual', 'Warn', 'Strict'] as const;
type CertificateFields = (typeof certificateFieldStages)[number];

interface CredentialsConfig {
  readonly s3: S3Config;
  readonly gcs: { readonly gcsCredentialFileName: string };
  /** Secret of a service's namespace in which its storage entries are. */
  readonly storageSpecSecretName: string;
  /** Annotation of a service that names another Secret in its place. */
  readonly storageSecretNameAnnotation: string;
  /** `Dual` reads deprecated uses silently, `Warn` reads and tells them, `Strict` refuses them at admission. */
  readonly certificateFields: CertificateFields;
  /** Whether a changed credential rolls out Pods of services that do not say themselves. */
  readonly rolloutOnChange: boolean;
}

/** Keys of credential Secrets, and what holds where a Secret says nothing. Values are texts, as in KServe's ConfigMap. */
export interface S3Config {
  readonly s3AccessKeyIDName: string;
  readonly s3SecretAccessKeyName: string;
  readonly s3Endpoint?: string;
  readonly s3UseHttps?: string;
  readonly s3Region?: string;
  readonly s3VerifySSL?: string;
  readonly s3UseVirtualBucket?: string;
  readonly s3UseAccelerate?: string;
  readonly s3UseAnonymousCredential?: string;
  readonly s3CABundle?: string;
  readonly s3CABundleConfigMap?: string;
}

export const configMapName = 'inferenceservice-config';
export const defaultNamespace = 'serval-system';
export const defaultGatewayName = 'serval-gateway';

export const defaultServingConfig: ServingConfig = {
  deploy: { defaultDeploymentMode: 'Standard' },
  ingress: {
    enableGatewayApi: true,
    kserveIngressGateway: `${defaultNamespace}/${defaultGatewayName}`,
    // *.localhost leads to loopback in curl and browsers, without any DNS.
    ingressDomain: 'localhost',
    domainTemplate: '{{ .Name }}-{{ .Namespace }}.{{ .IngressDomain }}',
    urlScheme: 'http',
    disableIngressCreation: false,
    disableHTTPRouteTimeout: false,
  },
  storageInitializer: {
    image: 'serval/storage-initializer:0.1.0',
    memoryRequest: '100Mi',
    memoryLimit: '1Gi',
    cpuRequest: '100m',
    cpuLimit: '1',
  },
  credentials: {
    s3: { s3AccessKeyIDName: 'AWS_ACCESS_KEY_ID', s3SecretAccessKeyName: 'AWS_SECRET_ACCESS_KEY' },
    gcs: { gcsCredentialFileName: 'gcloud-application-credentials.json' },
    storageSpecSecretName: 'storage-config',
    storageSecretNameAnnotation: 'serving.kserve.io/storageSecretName',
    certificateFields: 'Dual',
    rolloutOnChange: false,
  },
  inferenceService: {
    resource: {},
    serviceAnnotationDisallowedList: [
      'autoscaling.knative.dev/min-scale',
      'autoscaling.knative.dev/max-scale',
      'internal.serving.kserve.io/storage-initializer-sourceuri',
      'kubectl.kubernetes.io/last-applied-configuration',
    ],
    serviceLabelDisallowedList: [],
  },
  autoscaler: {},
  opentelemetryCollector: { metricScalerEndpoint: 'keda-otel-scaler.keda.svc:4318' },
  explainers: { art: { image: 'kserve/art-explainer', defaultImageVersion: 'latest' } },
  service: { serviceClusterIPNone: false },
  security: { autoMountServiceAccountToken: true },
};
