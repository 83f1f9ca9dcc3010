import { platformGroup, servingGroup } from '@serval/api';
import type { KubeObject } from '@serval/kube/objects';
import { defaultNamespace, defaultServingConfig } from '../config/serving-config.ts';
import { globalBundleName } from '../names.ts';
import { pullSecretName, storageCredentialsName } from '../pipeline/names.ts';
import { multiVersionCrdNames } from './conversion.ts';
import { gatewayDefinitionNames } from './gateway.ts';
import {
  checksumKeySecretName,
  configInForceName,
  credentialRoleName,
  healthConfigMapName,
  operatorLeaseName,
  operatorRoleName,
  partOfLabels,
  restrictedNames,
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
  /** Makes and deletes namespaces for reviews. Default false: it is a broad right, which who installs it gives. */
  readonly reviews?: boolean;
  /** Serves some namespaces only, where it has a Role in each. Absent: all. */
  readonly restricted?: RestrictedDuties | undefined;
}

export interface RestrictedDuties {
  /** Whether it reads what has no namespace (`--cluster-scoped`). */
  readonly clusterScoped: boolean;
}

/** What `serval up` runs with: webhooks whose certificate, where they need one, is the composition root's business. */
export const inProcessDuties: OperatorDuties = { webhooks: true, certificates: 'files', reviews: true };

/** Secrets of other names are only asked for: a rule cannot follow the configuration. */
const storageSecretName = defaultServingConfig.credentials.storageSpecSecretName;
const watch = ['list', 'watch'];
/** Server-side apply is a patch, and API servers ask for `create` besides when it makes an object. */
const own = [...watch, 'create', 'patch', 'delete'];

/**
 * Exactly what the operator asks of the API server in all namespaces and of what has none; restricted, only of what has none.
 *
 * @param namespace  the operator's own, after which a restricted one names its webhook configurations
 */
export function operatorClusterRules(duties: OperatorDuties, namespace = defaultNamespace): PolicyRule[] {
  const rules = rulesOf(duties, namespace);
  if (!duties.restricted) return rules;
  return duties.restricted.clusterScoped ? rules.flatMap((rule) => only(rule, (name) => outside.has(name))) : [];
}

/** Exactly what a restricted operator asks in each of the namespaces that it serves. */
export function watchedNamespaceRules(watched: string): PolicyRule[] {
  const duties: OperatorDuties = { webhooks: true, certificates: 'files', restricted: { clusterScoped: true } };
  const everything = rulesOf(duties, defaultNamespace);
  return [
    // A namespace's name is its namespace, so that a Role allows to see whether it is there.
    { apiGroups: [''], resources: ['namespaces'], resourceNames: [watched], verbs: ['get'] },
    ...everything.flatMap((rule) => only(rule, (name) => !outside.has(name))),
  ];
}

/** Has no namespace, or is read in all of them, such as the Gateway that services of several share. */
const outside: ReadonlySet<string> = new Set([
  'clusterservingruntimes',
  'clusterstoragecontainers',
  'gateways',
  'gatewayclasses',
  'customresourcedefinitions',
  'clustertrustbundles',
  'mutatingwebhookconfigurations',
  'validatingwebhookconfigurations',
]);

const gatewayRule: PolicyRule = { apiGroups: ['gateway.networking.k8s.io'], resources: ['gateways'], verbs: watch };

/** The rule for some of its resources; nothing where there is none of them. */
function only(rule: PolicyRule, isMeant: (resource: string) => boolean): PolicyRule[] {
  const resources = rule.resources.filter((resource) => isMeant(resource.split('/')[0] ?? ''));
  return resources.length > 0 ? [{ ...rule, resources }] : [];
}

function rulesOf({ webhooks, certificates, reviews, restricted }: OperatorDuties, namespace: string): PolicyRule[] {
  const configuration = restricted ? restrictedNames.webhookConfiguration(namespace) : webhookConfigurationName;
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
    { apiGroups: ['serving.knative.dev'], resources: ['services'], verbs: own },
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
    ...(restricted ? [] : pipelineRules),
    ...(reviews ? operatorReviewRules : []),
    // What a model's storage refers to, by name: never listed or watched.
    { apiGroups: [''], resources: ['serviceaccounts', 'secrets', 'configmaps'], verbs: ['get'] },
    // A list or watch is allowed by name when its field selector names the object. Patched where a half of its certificates is kept.
    { apiGroups: [''], resources: ['secrets'], resourceNames: [storageSecretName], verbs: [...watch, 'patch'] },
    // Where the configuration names them.
    { apiGroups: ['certificates.k8s.io'], resources: ['clustertrustbundles'], verbs: ['get', 'list'] },
    ...(webhooks ? [approvalRule, ...webhookRules(configuration, certificates === 'self-managed')] : []),
  ];
}

/** A restricted operator serves no pipelines: what is the platform's and other teams' is not its business. */
const pipelineRules: readonly PolicyRule[] = [
  {
    apiGroups: [platformGroup],
    resources: ['pipelines', 'platformdefaults', 'credentialgrants'],
    verbs: watch,
  },
  // Held while a service is on its way; history that is not kept any more goes.
  { apiGroups: [platformGroup], resources: ['promotions'], verbs: [...watch, 'patch', 'delete'] },
  // What is promoted is written into the namespace of a stage, and taken out again where nothing was before.
  { apiGroups: [servingGroup], resources: ['inferenceservices'], verbs: ['create', 'update', 'patch', 'delete'] },
  // Held until what goes with it is gone.
  { apiGroups: [platformGroup], resources: ['pipelines'], verbs: ['patch'] },
  {
    apiGroups: [platformGroup],
    resources: ['pipelines/status', 'platformdefaults/status', 'credentialgrants/status', 'promotions/status'],
    verbs: ['update'],
  },
  // Whether the namespaces of stages are there, and stay.
  { apiGroups: [''], resources: ['namespaces'], verbs: watch },
  // Where golden predictions are asked.
  { apiGroups: ['discovery.k8s.io'], resources: ['endpointslices'], verbs: ['list'] },
  // Which look whether a model can be read in a namespace, before anything is promoted there.
  { apiGroups: ['batch'], resources: ['jobs'], verbs: ['get', 'create'] },
  // Projected where a Pod needs them, of two names; creating cannot be limited by them.
  { apiGroups: [''], resources: ['secrets'], verbs: ['create'] },
  {
    apiGroups: [''],
    resources: ['secrets'],
    resourceNames: [pullSecretName, storageCredentialsName],
    verbs: [...watch, 'patch', 'delete'],
  },
];

/** What review environments take besides: `docs/pipelines.md` shows the ClusterRole. */
export const operatorReviewRules: readonly PolicyRule[] = [
  { apiGroups: [''], resources: ['namespaces'], verbs: ['create', 'delete'] },
];

/** Whether who approves a promotion may, and who refers to credentials and namespaces. */
const approvalRule: PolicyRule = {
  apiGroups: ['authorization.k8s.io'],
  resources: ['localsubjectaccessreviews'],
  verbs: ['create'],
};

function webhookRules(configuration: string, injects: boolean): PolicyRule[] {
  const verbs = injects ? [...watch, 'patch'] : watch;
  const definitions = multiVersionCrdNames();
  return [
    {
      apiGroups: ['admissionregistration.k8s.io'],
      resources: ['mutatingwebhookconfigurations', 'validatingwebhookconfigurations'],
      resourceNames: [configuration],
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
export function operatorNamespacedRules({ webhooks, certificates, restricted }: OperatorDuties): PolicyRule[] {
  return [
    // The configuration, and the global bundle, whose name the configuration says.
    { apiGroups: [''], resources: ['configmaps'], verbs: watch },
    // The configuration in force.
    { apiGroups: [''], resources: ['configmaps'], resourceNames: [configInForceName], verbs: ['patch'] },
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
    ...(restricted ? restrictedHomeRules : []),
    ...(restricted && !restricted.clusterScoped ? [gatewayRule] : []),
    ...(restricted ? [{ apiGroups: [''], resources: ['configmaps'], verbs: ['create'] }] : []),
    // Where health is told.
    { apiGroups: [''], resources: ['configmaps'], resourceNames: [healthConfigMapName], verbs: ['get', 'update'] },
    ...(webhooks && certificates === 'self-managed' ? certificateRules : []),
  ];
}

/** What the cluster's rules allow everywhere otherwise. */
const restrictedHomeRules: readonly PolicyRule[] = [
  // The global bundle, whose name the configuration says.
  { apiGroups: [''], resources: ['configmaps'], verbs: ['get'] },
  // Of the global bundle and of storage entries.
  { apiGroups: [''], resources: ['events'], verbs: ['create', 'patch'] },
  { apiGroups: [''], resources: ['secrets'], resourceNames: [checksumKeySecretName], verbs: ['get'] },
];

/** What the operator asks in the namespace of the platform's credentials: to see a rotation at once. */
export function operatorCredentialRules(): PolicyRule[] {
  return [{ apiGroups: [''], resources: ['secrets'], verbs: watch }];
}

const certificateRules: readonly PolicyRule[] = [
  {
    apiGroups: [''],
    resources: ['secrets'],
    resourceNames: [webhookCertificateSecretName],
    verbs: [...watch, 'update'],
  },
];

type Role = KubeObject & { rules: PolicyRule[] };

/** None where there is no rule for it. A restricted operator has one of its own for webhooks, as their names depend on its namespace. */
export function operatorClusterRoles(duties: OperatorDuties, namespace: string): Role[] {
  const roles: [string, PolicyRule[]][] = duties.restricted
    ? [
        [restrictedNames.clusterRole(namespace), operatorClusterRules({ ...duties, webhooks: false }, namespace)],
        [restrictedNames.webhookRole(namespace), restrictedWebhookRules(duties, namespace)],
      ]
    : [[operatorRoleName, operatorClusterRules(duties)]];
  return roles.flatMap(([name, rules]) => (rules.length > 0 ? [role('ClusterRole', { name }, rules)] : []));
}

function restrictedWebhookRules(
  { webhooks, certificates, restricted }: OperatorDuties,
  namespace: string,
): PolicyRule[] {
  if (!webhooks || !restricted?.clusterScoped) return [];
  return webhookRules(restrictedNames.webhookConfiguration(namespace), certificates === 'self-managed');
}

export function operatorRole(duties: OperatorDuties, namespace: string): Role {
  return role('Role', { namespace, name: operatorRoleName }, operatorNamespacedRules(duties));
}

/** In a namespace that a restricted operator serves. */
export function watchedNamespaceRole(watched: string): Role {
  return role('Role', { namespace: watched, name: restrictedNames.watchedRole }, watchedNamespaceRules(watched));
}

function role(kind: string, metadata: { namespace?: string; name: string }, rules: PolicyRule[]): Role {
  return {
    apiVersion: 'rbac.authorization.k8s.io/v1',
    kind,
    metadata: { ...metadata, labels: { ...partOfLabels } },
    rules: structuredClone(rules),
  };
}

/** In the namespace of the platform's credentials. */
export function operatorCredentialRole(namespace: string): Role {
  return role('Role', { namespace, name: credentialRoleName }, operatorCredentialRules());
}
