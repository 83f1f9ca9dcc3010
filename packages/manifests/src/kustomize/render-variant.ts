import type { AnyObject } from '@serval/kube/objects';
import type { FileSet } from '../file-set.ts';
import type { Variant } from '../variant.ts';
import { writeYaml } from '../yaml/write-yaml.ts';
import { kustomization, kustomizationFile } from './kustomization.ts';
import { paths } from './paths.ts';
import { renderKustomization } from './render.ts';
import { restrictedKustomization } from './restricted-kustomization.ts';
import type { VariantOptions } from './variant-options.ts';

/**
 * A kustomization for a variant, to be put into `folder`: what an owner would write who wants exactly that. Its entries are relative to the
 * folder, `deployFolder` leads from there to `deploy/` (`../../..`).
 *
 * @returns files by path below the folder
 */
export function variantKustomization(variant: Variant, deployFolder: string, options: VariantOptions = {}): FileSet {
  const { namespace, webhooks, certificates, restricted } = variant;
  if (restricted) return restrictedKustomization({ ...variant, restricted }, deployFolder, options);
  const { crds = 'standard', namespaceObject = true, gateway = false } = options;
  const at = (path: string) => `${deployFolder}/${path}`;
  const isCertManager = webhooks && certificates === 'cert-manager';
  const components = [
    ...(webhooks ? [paths.webhooks, paths.certificates(certificates)] : []),
    ...(gateway ? [paths.gatewayApi] : []),
    ...(namespaceObject ? [paths.namespaces] : []),
  ];
  const text = writeYaml(
    kustomization({
      namespace,
      resources: [...(crds === 'none' ? [] : [paths.crds(crds)]), paths.base].map(at),
      ...(components.length > 0 ? { components: components.map(at) } : {}),
      ...(isCertManager ? { transformers: [at(paths.certManagerNamespace)] } : {}),
    }),
  );
  return new Map([[kustomizationFile, text]]);
}

/** The objects of a variant, rendered offline from the files of `deploy/`. Throws `ManifestsError` as `renderKustomization` does. */
export function renderVariant(files: FileSet, variant: Variant, options: VariantOptions = {}): AnyObject[] {
  const folder = 'kustomize/overlays/rendered-variant';
  const own = [...variantKustomization(variant, '../../..', options)].map(([path, text]): [string, string] => [
    `${folder}/${path}`,
    text,
  ]);
  return renderKustomization(new Map([...files, ...own]), folder);
}

/** The built-in runtimes, which are applied once the operator is available. */
export function renderRuntimes(files: FileSet): AnyObject[] {
  return renderKustomization(files, paths.runtimes);
}
