export { type CrdChange, type CrdChangeRule, changeSentence } from './crd-diff/change.ts';
export { type ComparedDefinitions, definitionsByFolder, pairBundles } from './crd-diff/definitions-of.ts';
export { diffCrds } from './crd-diff/diff-crds.ts';
export type { FileSet } from './file-set.ts';
export { compareFolder, type FileDifference } from './folder/compare-folder.ts';
export { readFolder } from './folder/read-folder.ts';
export { writeFolder } from './folder/write-folder.ts';
export { generateDeploy } from './generate.ts';
export {
  type ChartName,
  type ChartRelease,
  chartFolder,
  chartNames,
  generateCharts,
  keepAnnotation,
  releaseSecretBytes,
  renderChart,
  renderNotes,
  variantValues,
} from './helm/index.ts';
export { kustomizeFiles } from './kustomize/layout.ts';
export { renderKustomization } from './kustomize/render.ts';
export {
  renderRuntimes,
  renderVariant,
  variantKustomization,
} from './kustomize/render-variant.ts';
export type { VariantOptions } from './kustomize/variant-options.ts';
export { ManifestsError } from './manifests-error.ts';
export { generateReference } from './reference/generate-reference.ts';
export { type SchemaEntry, schemaCatalogue } from './schemas/catalogue.ts';
export { generateSchemas } from './schemas/generate-schemas.ts';
export type { CertificateMode, Restriction, Variant } from './variant.ts';
export { chartsOf, offlineRenderers, type Renderer } from './verify/renderer.ts';
export { type CheckReport, type VerifyOptions, variants, verifyDeploy } from './verify/verify.ts';
export { writeYamlDocuments } from './yaml/write-yaml.ts';
