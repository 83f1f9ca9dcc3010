import type { KubeObject } from '@serval/kube/objects';
import { defineResource } from '@serval/kube/objects';
import type { KindVersion } from '../../../crd/kind-version.ts';
import { servingGroup } from '../../group.ts';
import { llmConfigKind } from '../../llm/kinds.ts';
import type { LlmSpecV1alpha2 } from '../../llm/spec.ts';

/** What services are laid over, in version v1alpha2. */
export interface LlmInferenceServiceConfigV1alpha2 extends KubeObject {
  spec: LlmSpecV1alpha2;
  status?: Record<string, unknown>;
}

export const llmInferenceServiceConfigsV1alpha2 = defineResource<LlmInferenceServiceConfigV1alpha2>({
  group: servingGroup,
  version: 'v1alpha2',
  plural: 'llminferenceserviceconfigs',
  kind: 'LLMInferenceServiceConfig',
  namespaced: true,
});

export const llmInferenceServiceConfigV1alpha2: KindVersion<LlmInferenceServiceConfigV1alpha2> = {
  ...llmConfigKind<LlmInferenceServiceConfigV1alpha2>('v1alpha2'),
  resource: llmInferenceServiceConfigsV1alpha2,
  storage: true,
};
