import { type AnyObject, deepEqual } from '@serval/kube/objects';
import { defaultNamespace, operatorDeploymentName, restrictedNames } from '@serval/operator/declarations';
import { installationObjects, watchedNamespaceObjects } from '../objects/installation.ts';
import { objectKey } from '../objects/object-key.ts';
import type { Parts } from '../objects/parts.ts';
import { generatedYaml } from '../yaml/generated-file.ts';
import { certManagerReferences } from './cert-manager-references.ts';
import { componentFiles } from './component-files.ts';
import { type Files, kustomizationOf, objectFile, objectFiles } from './files.ts';
import { kustomization } from './kustomization.ts';
import { paths } from './paths.ts';
import { type ReplacementTarget, replacementTransformer } from './replacements.ts';
import { type Stage, stageBetween } from './stages.ts';

const namespace = defaultNamespace;

/** Stands for the namespaces that are served, until an owner says which. */
export const exampleNamespaces = ['models'] as const;

/** Of the argument that lists them. */
export const watchNamespacesIndex = 2;

/** Definitions as the stages of webhooks and certificates patch them. */
export interface StagedDefinitions {
  readonly standard: readonly AnyObject[];
  readonly converted: readonly AnyObject[];
  readonly injected: readonly AnyObject[];
}

/**
 * The operator for some namespaces: a base that has no right outside of them and of its own, and components that add some. Patches of what a
 * component did not bring change nothing, so that each fits with and without the others.
 */
export function restrictedFiles({ standard, converted, injected }: StagedDefinitions): Files {
  const parts = (more: Omit<Parts, 'namespace' | 'restricted'>, clusterScoped = true) =>
    installationObjects({
      ...more,
      namespace,
      restricted: { watchNamespaces: exampleNamespaces, clusterScoped },
    });
  const base = parts({ webhooks: false }, false);
  const scoped = parts({ webhooks: false });
  const webhooks = parts({ webhooks: true });
  /** Comes without a namespace. */
  const isOutside = ({ kind }: AnyObject) => kind.startsWith('Cluster') || kind.endsWith('WebhookConfiguration');
  const known = new Set(scoped.map(objectKey));
  const isConfiguration = (object: AnyObject) => isOutside(object) && !known.has(objectKey(object));
  const [configurations, others] = [webhooks.filter(isConfiguration), webhooks.filter((one) => !isConfiguration(one))];
  const selfManaged = parts({ webhooks: true, certificates: 'self-managed' });
  const certManager = parts({ webhooks: true, certificates: 'cert-manager' });
  const certManagerStage = stageBetween([...converted, ...webhooks], [...injected, ...certManager]);
  return [
    ...kustomizationOf(
      paths.restricted.base,
      kustomization({ resources: base.map(objectFile) }),
      'The operator for some namespaces, without webhooks and without any right outside of namespaces.',
      'Patch the namespaces in its arguments; each needs ../watched-namespace.',
    ),
    ...objectFiles(paths.restricted.base, base),
    ...componentFiles(
      paths.restricted.clusterScoped,
      stageBetween(base, scoped),
      'What the operator reads that has no namespace, and roles for people.',
    ),
    ...componentFiles(
      paths.restricted.webhooks,
      stageBetween([...standard, ...scoped], [...converted, ...others]),
      'Defaulting, validation and conversion. Needs one of the certificates components after it.',
    ),
    ...componentFiles(
      paths.restricted.webhookConfigurations,
      { added: configurations, patches: [] },
      'What API servers ask the webhooks about, and the right to read that. Patch the namespaces in the selectors.',
    ),
    ...componentFiles(
      paths.restricted.certificates('self-managed'),
      stageBetween(webhooks, selfManaged),
      'The operator issues and renews the certificate of its webhooks. Needs the component cluster-scoped.',
    ),
    ...componentFiles(
      paths.restricted.certificates('cert-manager'),
      certManagerStage,
      'cert-manager, which must be installed, issues the certificate of the webhooks.',
    ),
    ...watchedNamespaceFiles(),
    ...transformerFiles([...scoped, ...configurations], certManagerStage),
  ];
}

function watchedNamespaceFiles(): Files {
  const objects = watchedNamespaceObjects(namespace, exampleNamespaces[0]);
  return [
    ...kustomizationOf(
      paths.restricted.watchedNamespace,
      kustomization({ resources: objects.map(objectFile) }),
      'What the operator may in one namespace that it serves. Set the namespace, patch it in the Role, and the subject of the RoleBinding.',
    ),
    ...objectFiles(paths.restricted.watchedNamespace, objects),
  ];
}

/** Namespaces that a webhook is asked about. */
export function selectedNamespaces(webhook: object): readonly string[] | undefined {
  const { namespaceSelector } = webhook as { namespaceSelector?: { matchExpressions?: { values?: string[] }[] } };
  return namespaceSelector?.matchExpressions?.[0]?.values;
}

/** Of webhooks that are asked about the operator's own namespace. */
function homeSelectors({ kind, metadata, ...object }: AnyObject): ReplacementTarget[] {
  const webhooks = (object['webhooks'] ?? []) as object[];
  const fieldPaths = webhooks.flatMap((webhook, index) =>
    deepEqual(selectedNamespaces(webhook), [namespace])
      ? [`webhooks.${index}.namespaceSelector.matchExpressions.0.values.0`]
      : [],
  );
  const select = { kind, name: metadata.name ?? '' };
  return fieldPaths.length > 0 ? [{ select, fieldPaths, options: { delimiter: '.', index: 0 } }] : [];
}

/** Names that hold the namespace, where the field `namespace` of a kustomization does not reach. */
function transformerFiles(objects: readonly AnyObject[], certManagerStage: Stage): Files {
  const segment = { delimiter: '.', index: 1 };
  const named = objects.filter(({ metadata }) => metadata.name?.endsWith(`.${namespace}`));
  const targets = named.map(
    ({ kind, metadata }): ReplacementTarget => ({
      select: { kind, name: metadata.name ?? '' },
      fieldPaths: [
        'metadata.name',
        ...(kind === 'ClusterRoleBinding' ? ['roleRef.name'] : []),
        // The configurations themselves, in the role that is for them.
        ...(metadata.name === restrictedNames.webhookRole(namespace) && kind === 'ClusterRole'
          ? ['rules.0.resourceNames.0']
          : []),
      ],
      options: segment,
    }),
  );
  // Before the names, by which they are found, change.
  const selectors = named.flatMap(homeSelectors);
  const source = { kind: 'Deployment', name: operatorDeploymentName, fieldPath: 'metadata.namespace' };
  const certManager = certManagerReferences(certManagerStage, 'private-cert-manager-namespace');
  return [
    ...kustomizationOf(
      paths.restricted.namespace,
      kustomization({ resources: ['replacements.yaml'] }),
      'Lets names that hold the namespace follow the one that a kustomization sets: list this folder last under its `transformers`.',
    ),
    [
      `${paths.restricted.namespace}/replacements.yaml`,
      generatedYaml(replacementTransformer('private-namespace', [{ source, targets: [...selectors, ...targets] }])),
    ],
    ...kustomizationOf(
      paths.restricted.certManagerNamespace,
      kustomization({ resources: [certManager.file] }),
      'Lets the names of the certificate follow the namespace that a kustomization sets: list this folder under its `transformers`.',
    ),
    [`${paths.restricted.certManagerNamespace}/${certManager.file}`, certManager.content],
  ];
}
