import type { KubeObject } from '@serval/kube/objects';
import { defineResource } from '@serval/kube/objects';
import type { KindVersion } from '../../../crd/kind-version.ts';
import { servingGroup } from '../../group.ts';
import { llmServiceKind } from '../../llm/kinds.ts';
import type { LlmSpecV1alpha1 } from '../../llm/spec.ts';

/** A large language model behind a URL, in version v1alpha1. */
export interface LlmInferenceServiceV1alpha1 extends KubeObject {
  spec: LlmSpecV1alpha1;
  status?: Record<string, unknown>;
}

export const llmInferenceServicesV1alpha1 = defineResource<LlmInferenceServiceV1alpha1>({
  group: servingGroup,
  version: 'v1alpha1',
  plural: 'llminferenceservices',
  kind: 'LLMInferenceService',
  namespaced: true,
});

export const llmInferenceServiceV1alpha1: KindVersion<LlmInferenceServiceV1alpha1> = {
  ...llmServiceKind<LlmInferenceServiceV1alpha1>('v1alpha1'),
  resource: llmInferenceServicesV1alpha1,
  storage: false,
};
