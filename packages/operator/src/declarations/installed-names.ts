/** What an installation is called. Only the namespace is its owner's choice. */
export const operatorName = 'serval-operator';
export const operatorServiceAccountName = 'serval-operator';
export const operatorDeploymentName = 'serval-operator';
export const operatorRoleName = 'serval-operator';
/** In the namespace of the platform's credentials. */
export const credentialRoleName = 'serval-operator-credentials';
export const operatorLeaseName = 'serval-operator';
export const operatorImage = 'serval/operator:0.1.0';

export const webhookServiceName = 'serval-webhook';
/** Of the mutating and of the validating configuration. */
export const webhookConfigurationName = 'serval';
/** `tls.crt` and `tls.key`, `ca.crt`; of type `kubernetes.io/tls`. */
export const webhookCertificateSecretName = 'serval-webhook-certificate';
/** Where a mounted certificate is looked for. */
export const webhookCertificateDirectory = '/etc/serval/webhook-certificate';
/** ConfigMap in which the operator tells how its webhooks are, as seen from where API servers call them. */
export const healthConfigMapName = 'serval-health';

/** ConfigMap in which the operator keeps the configuration that is in force, for a start at which the written one cannot be taken up. */
export const configInForceName = 'serval-configuration-in-force';

/** Key of the checksums by which changed credentials roll out Pods, once a service asks for it. */
export const checksumKeySecretName = 'serval-credential-checksum';

/** On every object of an installation. */
export const partOfLabels = { 'app.kubernetes.io/part-of': 'serval' } as const;
/** On the operator's Pods: what its Deployment and the webhooks' Service select. */
export const operatorLabels = { 'app.kubernetes.io/name': operatorName, ...partOfLabels } as const;

export const operatorPorts = [
  { name: 'webhook', containerPort: 9443 },
  { name: 'health', containerPort: 8081 },
  { name: 'metrics', containerPort: 8080 },
] as const;
/** The webhooks' Service: API servers call 443 unless told otherwise. */
export const webhookServicePort = { name: 'webhook', port: 443, targetPort: 'webhook' } as const;

/**
 * Paths of the health port for a kubelet. Neither asks whether API servers reach the webhooks: while they do not, starting again
 * mends nothing, and a Pod that is not ready would leave the Service without anybody to reach.
 */
export const operatorProbes = { liveness: '/livez', readiness: '/readyz', port: 'health' } as const;

/** Variables that the operator's container gets from its Pod (`valueFrom.fieldRef`); flags refer to them as `$(NAME)`. */
export const operatorPodFields = { POD_NAME: 'metadata.name', POD_NAMESPACE: 'metadata.namespace' } as const;

/**
 * What an operator for some namespaces is called where there is only one of a name in the cluster, and in namespaces that it serves: with its
 * own namespace, so that several live side by side.
 */
export const restrictedNames = {
  clusterRole: (namespace: string) => `${operatorRoleName}.${namespace}`,
  /** For its webhook configurations and the definitions that are converted. */
  webhookRole: (namespace: string) => `${operatorRoleName}-webhooks.${namespace}`,
  /** In namespaces that it serves, of which nobody else serves any. */
  watchedRole: `${operatorRoleName}-served`,
  webhookConfiguration: (namespace: string) => `${webhookConfigurationName}.${namespace}`,
} as const;
