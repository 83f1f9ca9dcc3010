import { posix } from 'node:path';
import type { CertificateMode, Variant } from '../variant.ts';
import { generatedNote } from '../yaml/generated-file.ts';
import { type Files, kustomizationOf } from './files.ts';
import { type Kustomization, kustomization } from './kustomization.ts';
import { paths } from './paths.ts';
import { variantKustomization } from './render-variant.ts';

/** Ready-made installations: `kubectl apply -k deploy/kustomize/overlays/NAME`. */
export function overlayFiles(): Files {
  return [
    overlay(
      'default',
      { resources: [paths.crds('standard'), paths.base], components: withWebhooks('self-managed') },
      'All of Serval, needing nothing else in the cluster.',
    ),
    overlay(
      'cert-manager',
      { resources: [paths.crds('standard'), paths.base], components: withWebhooks('cert-manager') },
      'As default, with a certificate of cert-manager.',
    ),
    overlay(
      'no-webhooks',
      { resources: [paths.crds('standard'), paths.base], components: [paths.namespaces] },
      'Nothing is defaulted, checked or converted before it is stored; each kind serves the version that it stores.',
    ),
    overlay(
      'full-crds',
      { resources: [paths.crds('full'), paths.base], components: withWebhooks('self-managed') },
      'As default, with the full definitions: `kubectl apply --server-side -k`.',
    ),
    overlay(
      'gateway-api',
      { resources: [paths.overlay('default')], components: [paths.gatewayApi] },
      'As default, with a Gateway. Copy it, and patch the gatewayClassName.',
    ),
    overlay(
      'another-namespace',
      { resources: [paths.overlay('default')], namespace: 'model-serving' },
      'An example: all of it in another namespace.',
    ),
    overlay(
      'another-namespace-cert-manager',
      {
        resources: [paths.overlay('cert-manager')],
        namespace: 'model-serving',
        transformers: [paths.certManagerNamespace],
      },
      'An example: all of it in another namespace, with cert-manager.',
    ),
    privateOverlay(),
  ].flat();
}

/** Copied and edited by who wants other namespaces. */
function privateOverlay(): Files {
  const variant: Variant = {
    namespace: 'team-platform',
    webhooks: true,
    certificates: 'self-managed',
    restricted: { watchNamespaces: ['team-a', 'team-b'], clusterScoped: true },
  };
  const folder = paths.overlay('private');
  return [...variantKustomization(variant, '../../..')].map(([path, text]) => [
    `${folder}/${path}`,
    `# ${generatedNote}\n# An example: an operator for two namespaces. Copy it, and write your own.\n${text}`,
  ]);
}

function withWebhooks(certificates: CertificateMode): string[] {
  return [paths.webhooks, paths.certificates(certificates), paths.namespaces];
}

function overlay(name: string, fields: Omit<Kustomization, 'apiVersion' | 'kind'>, about: string): Files {
  const folder = paths.overlay(name);
  const from = (entries?: readonly string[]) => entries?.map((entry) => posix.relative(folder, entry));
  const { resources, components, transformers, ...others } = fields;
  const relative = { resources: from(resources), components: from(components), transformers: from(transformers) };
  const given = Object.fromEntries(Object.entries(relative).filter(([, entries]) => entries !== undefined));
  return kustomizationOf(folder, kustomization({ ...others, ...given }), about);
}
