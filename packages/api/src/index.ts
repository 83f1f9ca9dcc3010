export {
  type CheckOptions,
  type CheckResult,
  checkObject,
  type FieldValidation,
  unknownFields,
} from './check/check-object.ts';
export { pathSteps } from './check/field-path.ts';
export { checkSchemaOf, kindOf } from './check/kind-of.ts';
export { nearestName } from './check/nearest-name.ts';
export { isLeaving } from './check/ratchet.ts';
export type { UnknownField } from './check/unknown-fields.ts';
export * from './conversion/index.ts';
export type { CrdBundle } from './crd/bundle.ts';
export { crds, gatewayApiCrds, gatewayApiKinds, platformKinds, servalKinds, servingKinds } from './crd/crds.ts';
export { createCrd } from './crd/create-crd.ts';
export * from './crd/custom-resource-definition.ts';
export type { KindDefaults, KindVersion } from './crd/kind-version.ts';
export { gatewayApiBundleVersion } from './gateway.networking.k8s.io/schema-parts.ts';
export * from './platform.serval.dev/credentials/index.ts';
export { platformGroup } from './platform.serval.dev/group.ts';
export { defaultCredentialNamespace, reservedNamespaceProblem } from './platform.serval.dev/reserved-namespaces.ts';
export * from './platform.serval.dev/v1alpha1/credential-grant/index.ts';
export * from './platform.serval.dev/v1alpha1/pipeline/index.ts';
export * from './platform.serval.dev/v1alpha1/platform-defaults/index.ts';
export * from './platform.serval.dev/v1alpha1/promotion/index.ts';
export { checkPodSchemas, fullPodSchemas, type PodSchemas } from './schema/pod-schemas.ts';
export { servingGroup } from './serving.kserve.io/group.ts';
export { gpuResourceNames } from './serving.kserve.io/multi-node.ts';
export * from './serving.kserve.io/v1alpha1/cluster-serving-runtime/index.ts';
export * from './serving.kserve.io/v1alpha1/cluster-storage-container/index.ts';
export * from './serving.kserve.io/v1alpha1/inference-graph/index.ts';
export * from './serving.kserve.io/v1alpha1/llm-inference-service/index.ts';
export * from './serving.kserve.io/v1alpha1/llm-inference-service-config/index.ts';
export * from './serving.kserve.io/v1alpha1/local-model-cache/index.ts';
export * from './serving.kserve.io/v1alpha1/local-model-namespace-cache/index.ts';
export * from './serving.kserve.io/v1alpha1/local-model-node/index.ts';
export * from './serving.kserve.io/v1alpha1/local-model-node-group/index.ts';
export * from './serving.kserve.io/v1alpha1/serving-runtime/index.ts';
export * from './serving.kserve.io/v1alpha1/trained-model/index.ts';
export * from './serving.kserve.io/v1alpha2/llm-inference-service/index.ts';
export * from './serving.kserve.io/v1alpha2/llm-inference-service-config/index.ts';
export * from './serving.kserve.io/v1beta1/inference-service/index.ts';
export * from './storage-config/index.ts';
