import type { KubeObject } from '@serval/kube/objects';
import { defineResource } from '@serval/kube/objects';
import type { KindVersion } from '../../../crd/kind-version.ts';
import { servingGroup } from '../../group.ts';
import { llmConfigKind } from '../../llm/kinds.ts';
import type { LlmSpecV1alpha1 } from '../../llm/spec.ts';

/** What services are laid over, in version v1alpha1. */
export interface LlmInferenceServiceConfigV1alpha1 extends KubeObject {
  spec: LlmSpecV1alpha1;
  status?: Record<string, unknown>;
}

export const llmInferenceServiceConfigsV1alpha1 = defineResource<LlmInferenceServiceConfigV1alpha1>({
  group: servingGroup,
  version: 'v1alpha1',
  plural: 'llminferenceserviceconfigs',
  kind: 'LLMInferenceServiceConfig',
  namespaced: true,
});

export const llmInferenceServiceConfigV1alpha1: KindVersion<LlmInferenceServiceConfigV1alpha1> = {
  ...llmConfigKind<LlmInferenceServiceConfigV1alpha1>('v1alpha1'),
  resource: llmInferenceServiceConfigsV1alpha1,
  storage: false,
};
