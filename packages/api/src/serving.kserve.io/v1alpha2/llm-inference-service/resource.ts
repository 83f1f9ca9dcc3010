import type { KubeObject } from '@serval/kube/objects';
import { defineResource } from '@serval/kube/objects';
import type { KindVersion } from '../../../crd/kind-version.ts';
import { servingGroup } from '../../group.ts';
import { llmServiceKind } from '../../llm/kinds.ts';
import type { LlmSpecV1alpha2 } from '../../llm/spec.ts';

/** A large language model behind a URL, in version v1alpha2. */
export interface LlmInferenceServiceV1alpha2 extends KubeObject {
  spec: LlmSpecV1alpha2;
  status?: Record<string, unknown>;
}

export const llmInferenceServicesV1alpha2 = defineResource<LlmInferenceServiceV1alpha2>({
  group: servingGroup,
  version: 'v1alpha2',
  plural: 'llminferenceservices',
  kind: 'LLMInferenceService',
  namespaced: true,
});

export const llmInferenceServiceV1alpha2: KindVersion<LlmInferenceServiceV1alpha2> = {
  ...llmServiceKind<LlmInferenceServiceV1alpha2>('v1alpha2'),
  resource: llmInferenceServicesV1alpha2,
  storage: true,
};
