import { deepEqual } from '@serval/kube/objects';
import {
  defaultNamespace,
  operatorDeploymentName,
  restrictedNames,
  webhookConfigurations,
} from '@serval/operator/declarations';
import type { FileSet } from '../file-set.ts';
import { watchNamespacesArg } from '../objects/deployment.ts';
import type { Restriction, Variant } from '../variant.ts';
import { writeYaml } from '../yaml/write-yaml.ts';
import { kustomization, kustomizationFile, type PatchReference } from './kustomization.ts';
import { paths } from './paths.ts';
import { exampleNamespaces, selectedNamespaces, watchNamespacesIndex } from './restricted.ts';
import type { VariantOptions } from './variant-options.ts';

type RestrictedVariant = Variant & { readonly restricted: Restriction };

/**
 * What an owner would write who wants the operator for some namespaces: one folder for the operator, and one for each namespace, as
 * Kustomize puts all of a folder into one namespace.
 */
export function restrictedKustomization(
  variant: RestrictedVariant,
  deployFolder: string,
  options: VariantOptions,
): FileSet {
  const { watchNamespaces } = variant.restricted;
  const below = watchNamespaces.map((name) => `watched-${name}`);
  return new Map([
    [kustomizationFile, writeYaml(kustomization({ resources: ['operator', ...below] }))],
    ...inFolder('operator', operatorFiles(variant, `${deployFolder}/..`, options)),
    ...watchNamespaces.flatMap((name) =>
      inFolder(`watched-${name}`, watchedFiles(variant.namespace, name, `${deployFolder}/..`)),
    ),
  ]);
}

function operatorFiles(variant: RestrictedVariant, deployFolder: string, options: VariantOptions): [string, string][] {
  const { namespace, webhooks, certificates, restricted } = variant;
  const { crds = 'standard', namespaceObject = true, gateway = false } = options;
  const { clusterScoped } = restricted;
  const at = (path: string) => `${deployFolder}/${path}`;
  const isCertManager = webhooks && certificates === 'cert-manager';
  const components = [
    ...(clusterScoped ? [paths.restricted.clusterScoped] : []),
    ...(webhooks ? [paths.restricted.webhooks] : []),
    ...(webhooks && clusterScoped ? [paths.restricted.webhookConfigurations] : []),
    ...(webhooks ? [paths.restricted.certificates(certificates)] : []),
    ...(gateway ? [paths.gatewayApi] : []),
    ...(namespaceObject && clusterScoped ? [paths.namespaces] : []),
  ];
  const transformers = [...(isCertManager ? [paths.restricted.certManagerNamespace] : []), paths.restricted.namespace];
  const patches = namespacePatches(variant);
  const bundle = crds === 'none' || !clusterScoped ? [] : [paths.crds(crds)];
  return [
    [
      kustomizationFile,
      writeYaml(
        kustomization({
          namespace,
          resources: [...bundle, paths.restricted.base].map(at),
          ...(components.length > 0 ? { components: components.map(at) } : {}),
          ...(patches.length > 0 ? { patches: patches.map(({ reference }) => reference) } : {}),
          transformers: transformers.map(at),
        }),
      ),
    ],
    ...patches.map(({ reference, operations }): [string, string] => [reference.path, writeYaml(operations)]),
  ];
}

interface Patch {
  readonly reference: PatchReference;
  readonly operations: readonly { op: 'replace'; path: string; value: unknown }[];
}

/** The namespaces in the place of the example's. */
function namespacePatches({ webhooks, restricted }: RestrictedVariant): Patch[] {
  const { watchNamespaces, clusterScoped } = restricted;
  if (deepEqual(watchNamespaces, [...exampleNamespaces])) return [];
  const deployment: Patch = {
    reference: {
      path: 'operator-namespaces.yaml',
      target: { group: 'apps', version: 'v1', kind: 'Deployment', name: operatorDeploymentName },
    },
    operations: [
      {
        op: 'replace',
        path: `/spec/template/spec/containers/0/args/${watchNamespacesIndex}`,
        value: `${watchNamespacesArg}${watchNamespaces.join(',')}`,
      },
    ],
  };
  if (!webhooks || !clusterScoped) return [deployment];
  const scope = { namespace: defaultNamespace, watchNamespaces };
  const configurations = webhookConfigurations({ service: { namespace: defaultNamespace } }, scope);
  return [
    deployment,
    ...configurations.map(
      ({ kind, webhooks: asked }): Patch => ({
        reference: {
          path: `${kind === 'MutatingWebhookConfiguration' ? 'mutating' : 'validating'}-namespaces.yaml`,
          target: {
            group: 'admissionregistration.k8s.io',
            version: 'v1',
            kind,
            name: restrictedNames.webhookConfiguration(defaultNamespace),
          },
        },
        operations: asked.flatMap((webhook, index) =>
          deepEqual(selectedNamespaces(webhook), [...watchNamespaces])
            ? [
                {
                  op: 'replace' as const,
                  path: `/webhooks/${index}/namespaceSelector/matchExpressions/0/values`,
                  value: [...watchNamespaces],
                },
              ]
            : [],
        ),
      }),
    ),
  ];
}

function watchedFiles(namespace: string, watched: string, deployFolder: string): [string, string][] {
  const name = restrictedNames.watchedRole;
  const target = (kind: string) => ({ group: 'rbac.authorization.k8s.io', version: 'v1', kind, name });
  const patches: Patch[] = [
    {
      reference: { path: 'role.yaml', target: target('Role') },
      operations: [{ op: 'replace', path: '/rules/0/resourceNames/0', value: watched }],
    },
    {
      reference: { path: 'role-binding.yaml', target: target('RoleBinding') },
      operations: [{ op: 'replace', path: '/subjects/0/namespace', value: namespace }],
    },
  ];
  return [
    [
      kustomizationFile,
      writeYaml(
        kustomization({
          namespace: watched,
          resources: [`${deployFolder}/${paths.restricted.watchedNamespace}`],
          patches: patches.map(({ reference }) => reference),
        }),
      ),
    ],
    ...patches.map(({ reference, operations }): [string, string] => [reference.path, writeYaml(operations)]),
  ];
}

function inFolder(folder: string, files: [string, string][]): [string, string][] {
  return files.map(([path, text]) => [`${folder}/${path}`, text]);
}
