import type { CrdBundle } from '@serval/api';
import type { AnyObject } from '@serval/kube/objects';
import type { FileSet } from '../file-set.ts';
import type { Variant } from '../variant.ts';
import { writeYaml } from '../yaml/write-yaml.ts';
import { kustomization, kustomizationFile } from './kustomization.ts';
import { paths } from './paths.ts';
import { renderKustomization } from './render.ts';

/** What a variant's kustomization is made of beyond what the variant itself says. */
export interface VariantOptions {
  /** Default `standard`. */
  readonly crds?: CrdBundle | 'none';
  /** Whether the Namespace is among the objects. Default true. */
  readonly namespaceObject?: boolean;
  /** Whether the Gateway is. Default false. */
  readonly gateway?: boolean;
}

/**
 * A kustomization for a variant, to be put into `folder`: what an owner would write who wants exactly that. Its entries are relative to the
 * folder, `deployFolder` leads from there to `deploy/` (`../../..`).
 */
export function variantKustomization(variant: Variant, deployFolder: string, options: VariantOptions = {}): string {
  const { namespace, webhooks, certificates } = variant;
  const { crds = 'standard', namespaceObject = true, gateway = false } = options;
  const at = (path: string) => `${deployFolder}/${path}`;
  const isCertManager = webhooks && certificates === 'cert-manager';
  const components = [
    ...(webhooks ? [paths.webhooks, paths.certificates(certificates)] : []),
    ...(gateway ? [paths.gatewayApi] : []),
    ...(namespaceObject ? [paths.namespaces] : []),
  ];
  return writeYaml(
    kustomization({
      namespace,
      resources: [...(crds === 'none' ? [] : [paths.crds(crds)]), paths.base].map(at),
      ...(components.length > 0 ? { components: components.map(at) } : {}),
      ...(isCertManager ? { transformers: [at(paths.certManagerNamespace)] } : {}),
    }),
  );
}

/** The objects of a variant, rendered offline from the files of `deploy/`. Throws `ManifestsError` as `renderKustomization` does. */
export function renderVariant(files: FileSet, variant: Variant, options: VariantOptions = {}): AnyObject[] {
  const folder = 'kustomize/overlays/rendered-variant';
  const text = variantKustomization(variant, '../../..', options);
  return renderKustomization(new Map([...files, [`${folder}/${kustomizationFile}`, text]]), folder);
}

/** The built-in runtimes, which are applied once the operator is available. */
export function renderRuntimes(files: FileSet): AnyObject[] {
  return renderKustomization(files, paths.runtimes);
}
