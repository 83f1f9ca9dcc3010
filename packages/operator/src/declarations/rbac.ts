import { servingGroup } from '@serval/api';
import type { KubeObject } from '@serval/kube/objects';
import { defaultServingConfig } from '../config/serving-config.ts';
import { globalBundleName } from '../names.ts';
import { multiVersionCrdNames } from './conversion.ts';
import { gatewayDefinitionNames } from './gateway.ts';
import {
  healthConfigMapName,
  operatorLeaseName,
  operatorRoleName,
  partOfLabels,
  webhookCertificateSecretName,
  webhookConfigurationName,
} from './installed-names.ts';
import type { CertificateSource } from './operator-flags.ts';

export interface PolicyRule {
  apiGroups: string[];
  resources: string[];
  resourceNames?: string[];
  verbs: string[];
}

/** What the operator is asked to do, and so what it must be allowed. */
export interface OperatorDuties {
  readonly webhooks: boolean;
  readonly certificates: CertificateSource;
}

/** What `serval up` runs with: webhooks whose certificate, where they need one, is the composition root's business. */
export const inProcessDuties: OperatorDuties = { webhooks: true, certificates: 'files' };

/** Secrets of other names are only asked for: a rule cannot follow the configuration. */
const storageSecretName = defaultServingConfig.credentials.storageSpecSecretName;
const watch = ['list', 'watch'];
/** Server-side apply is a patch, and API servers ask for `create` besides when it makes an object. */
const own = [...watch, 'create', 'patch', 'delete'];

/** Exactly what the operator asks of the API server in all namespaces and of what has none. */
export function operatorClusterRules({ webhooks, certificates }: OperatorDuties): PolicyRule[] {
  return [
    {
      apiGroups: [servingGroup],
      resources: ['inferenceservices', 'servingruntimes', 'clusterservingruntimes', 'clusterstoragecontainers'],
      verbs: watch,
    },
    { apiGroups: [servingGroup], resources: ['inferenceservices/status'], verbs: ['update'] },
    // blockOwnerDeletion on children needs it where OwnerReferencesPermissionEnforcement is on.
    { apiGroups: [servingGroup], resources: ['inferenceservices/finalizers'], verbs: ['update'] },
    { apiGroups: ['apps'], resources: ['deployments'], verbs: own },
    { apiGroups: ['apps'], resources: ['replicasets'], verbs: watch },
    { apiGroups: ['autoscaling'], resources: ['horizontalpodautoscalers'], verbs: own },
    { apiGroups: ['keda.sh'], resources: ['scaledobjects'], verbs: own },
    { apiGroups: [''], resources: ['services'], verbs: own },
    { apiGroups: [''], resources: ['pods'], verbs: watch },
    // Copies of the global bundle, and ConfigMaps that follow the inline certificate of a Secret, whatever they are called.
    { apiGroups: [''], resources: ['configmaps'], verbs: ['create', 'patch'] },
    { apiGroups: [''], resources: ['configmaps'], resourceNames: [globalBundleName], verbs: [...watch, 'delete'] },
    { apiGroups: [''], resources: ['events'], verbs: ['create', 'patch'] },
    { apiGroups: ['gateway.networking.k8s.io'], resources: ['httproutes', 'grpcroutes'], verbs: own },
    { apiGroups: ['networking.k8s.io'], resources: ['ingresses'], verbs: own },
    { apiGroups: ['gateway.networking.k8s.io'], resources: ['gateways', 'gatewayclasses'], verbs: watch },
    // Which fields routes may have.
    {
      apiGroups: ['apiextensions.k8s.io'],
      resources: ['customresourcedefinitions'],
      resourceNames: Object.values(gatewayDefinitionNames),
      verbs: watch,
    },
    // What a model's storage refers to, by name: never listed or watched.
    { apiGroups: [''], resources: ['serviceaccounts', 'secrets', 'configmaps'], verbs: ['get'] },
    // A list or watch is allowed by name when its field selector names the object. Patched where a half of its certificates is kept.
    { apiGroups: [''], resources: ['secrets'], resourceNames: [storageSecretName], verbs: [...watch, 'patch'] },
    // Where the configuration names them.
    { apiGroups: ['certificates.k8s.io'], resources: ['clustertrustbundles'], verbs: ['get', 'list'] },
    ...(webhooks ? webhookRules(certificates === 'self-managed') : []),
  ];
}

function webhookRules(injects: boolean): PolicyRule[] {
  const verbs = injects ? [...watch, 'patch'] : watch;
  const definitions = multiVersionCrdNames();
  return [
    {
      apiGroups: ['admissionregistration.k8s.io'],
      resources: ['mutatingwebhookconfigurations', 'validatingwebhookconfigurations'],
      resourceNames: [webhookConfigurationName],
      verbs,
    },
    ...(definitions.length === 0
      ? []
      : [
          {
            apiGroups: ['apiextensions.k8s.io'],
            resources: ['customresourcedefinitions'],
            resourceNames: definitions,
            verbs,
          },
        ]),
  ];
}

/** Exactly what the operator asks in the namespace that it is installed in, beyond the cluster's rules. */
export function operatorNamespacedRules({ webhooks, certificates }: OperatorDuties): PolicyRule[] {
  return [
    // The configuration, and the global bundle, whose name the configuration says.
    { apiGroups: [''], resources: ['configmaps'], verbs: watch },
    // Creating cannot be limited by name: the name is not known when the request is authorized.
    { apiGroups: ['coordination.k8s.io'], resources: ['leases'], verbs: ['create'] },
    {
      apiGroups: ['coordination.k8s.io'],
      resources: ['leases'],
      resourceNames: [operatorLeaseName],
      verbs: ['get', 'update'],
    },
    // The key of checksums, and a self-managed certificate.
    { apiGroups: [''], resources: ['secrets'], verbs: ['create'] },
    ...(webhooks ? healthRules : []),
    ...(webhooks && certificates === 'self-managed' ? certificateRules : []),
  ];
}

const healthRules: readonly PolicyRule[] = [
  { apiGroups: [''], resources: ['configmaps'], resourceNames: [healthConfigMapName], verbs: ['get', 'update'] },
];

const certificateRules: readonly PolicyRule[] = [
  {
    apiGroups: [''],
    resources: ['secrets'],
    resourceNames: [webhookCertificateSecretName],
    verbs: [...watch, 'update'],
  },
];

export function operatorClusterRole(duties: OperatorDuties): KubeObject & { rules: PolicyRule[] } {
  return {
    apiVersion: 'rbac.authorization.k8s.io/v1',
    kind: 'ClusterRole',
    metadata: { name: operatorRoleName, labels: { ...partOfLabels } },
    rules: structuredClone(operatorClusterRules(duties)),
  };
}

export function operatorRole(duties: OperatorDuties, namespace: string): KubeObject & { rules: PolicyRule[] } {
  return {
    apiVersion: 'rbac.authorization.k8s.io/v1',
    kind: 'Role',
    metadata: { namespace, name: operatorRoleName, labels: { ...partOfLabels } },
    rules: structuredClone(operatorNamespacedRules(duties)),
  };
}
