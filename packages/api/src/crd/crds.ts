import { gatewayV1 } from '../gateway.networking.k8s.io/v1/gateway/index.ts';
import { gatewayClassV1 } from '../gateway.networking.k8s.io/v1/gateway-class/index.ts';
import { httpRouteV1 } from '../gateway.networking.k8s.io/v1/http-route/index.ts';
import { referenceGrantV1beta1 } from '../gateway.networking.k8s.io/v1beta1/reference-grant/index.ts';
import { credentialGrantV1alpha1 } from '../platform.serval.dev/v1alpha1/credential-grant/index.ts';
import { pipelineV1alpha1 } from '../platform.serval.dev/v1alpha1/pipeline/index.ts';
import { platformDefaultsV1alpha1 } from '../platform.serval.dev/v1alpha1/platform-defaults/index.ts';
import { promotionV1alpha1 } from '../platform.serval.dev/v1alpha1/promotion/index.ts';
import { fullPodSchemas } from '../schema/pod-schemas.ts';
import { clusterServingRuntimeV1alpha1 } from '../serving.kserve.io/v1alpha1/cluster-serving-runtime/index.ts';
import { clusterStorageContainerV1alpha1 } from '../serving.kserve.io/v1alpha1/cluster-storage-container/index.ts';
import { inferenceGraphV1alpha1 } from '../serving.kserve.io/v1alpha1/inference-graph/index.ts';
import { llmInferenceServiceV1alpha1 } from '../serving.kserve.io/v1alpha1/llm-inference-service/index.ts';
import { llmInferenceServiceConfigV1alpha1 } from '../serving.kserve.io/v1alpha1/llm-inference-service-config/index.ts';
import { localModelCacheV1alpha1 } from '../serving.kserve.io/v1alpha1/local-model-cache/index.ts';
import { localModelNamespaceCacheV1alpha1 } from '../serving.kserve.io/v1alpha1/local-model-namespace-cache/index.ts';
import { localModelNodeV1alpha1 } from '../serving.kserve.io/v1alpha1/local-model-node/index.ts';
import { localModelNodeGroupV1alpha1 } from '../serving.kserve.io/v1alpha1/local-model-node-group/index.ts';
import { servingRuntimeV1alpha1 } from '../serving.kserve.io/v1alpha1/serving-runtime/index.ts';
import { trainedModelV1alpha1 } from '../serving.kserve.io/v1alpha1/trained-model/index.ts';
import { llmInferenceServiceV1alpha2 } from '../serving.kserve.io/v1alpha2/llm-inference-service/index.ts';
import { llmInferenceServiceConfigV1alpha2 } from '../serving.kserve.io/v1alpha2/llm-inference-service-config/index.ts';
import { inferenceServiceV1beta1 } from '../serving.kserve.io/v1beta1/inference-service/index.ts';
import type { CrdBundle } from './bundle.ts';
import { createCrd } from './create-crd.ts';
import type { CustomResourceDefinition } from './custom-resource-definition.ts';
import type { KindVersion } from './kind-version.ts';

/** Every version of every kind that Serval has of KServe's API. */
export const servingKinds: readonly KindVersion[] = [
  inferenceServiceV1beta1,
  servingRuntimeV1alpha1,
  clusterServingRuntimeV1alpha1,
  inferenceGraphV1alpha1,
  trainedModelV1alpha1,
  clusterStorageContainerV1alpha1,
  localModelCacheV1alpha1,
  localModelNamespaceCacheV1alpha1,
  localModelNodeV1alpha1,
  localModelNodeGroupV1alpha1,
  llmInferenceServiceV1alpha1,
  llmInferenceServiceV1alpha2,
  llmInferenceServiceConfigV1alpha1,
  llmInferenceServiceConfigV1alpha2,
];

/** Every version of every kind of Serval's own group. */
export const platformKinds: readonly KindVersion[] = [
  platformDefaultsV1alpha1,
  pipelineV1alpha1,
  credentialGrantV1alpha1,
  promotionV1alpha1,
];

/** Every version of every kind of Serval's API. */
export const servalKinds: readonly KindVersion[] = [...servingKinds, ...platformKinds];

/** The Gateway API kinds that the embedded engine needs. A cluster has its own: never apply these where any is installed. */
export const gatewayApiKinds: readonly KindVersion[] = [gatewayClassV1, gatewayV1, httpRouteV1, referenceGrantV1beta1];

/** The CustomResourceDefinitions of Serval's own API, in a stable order; with `plurals` only those of them. */
export function crds({
  bundle = 'standard',
  plurals,
}: {
  bundle?: CrdBundle;
  plurals?: readonly string[];
} = {}): CustomResourceDefinition[] {
  const pods = fullPodSchemas();
  const kinds = plurals ? servalKinds.filter(({ resource }) => plurals.includes(resource.plural)) : servalKinds;
  return [...byKind(kinds)].map((versions) => createCrd(versions, pods, bundle));
}

/** The CustomResourceDefinitions of the Gateway API that `serval up` brings along. */
export function gatewayApiCrds(): CustomResourceDefinition[] {
  const pods = fullPodSchemas();
  return [...byKind(gatewayApiKinds)].map((versions) => createCrd(versions, pods, 'standard'));
}

function byKind(kinds: readonly KindVersion[]): Iterable<KindVersion[]> {
  return Map.groupBy(kinds, ({ resource }) => `${resource.plural}.${resource.group}`).values();
}
