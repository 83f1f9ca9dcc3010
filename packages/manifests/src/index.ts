export type { FileSet } from './file-set.ts';
export { generateDeploy } from './generate.ts';
export { renderKustomization } from './kustomize/render.ts';
export {
  renderRuntimes,
  renderVariant,
  type VariantOptions,
  variantKustomization,
} from './kustomize/render-variant.ts';
export { ManifestsError } from './manifests-error.ts';
export type { CertificateMode, Variant } from './variant.ts';
