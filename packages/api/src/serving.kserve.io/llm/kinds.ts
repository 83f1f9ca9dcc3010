import type { KubeObject } from '@serval/kube/objects';
import type { PrinterColumn } from '../../crd/custom-resource-definition.ts';
import type { KindVersion } from '../../crd/kind-version.ts';
import { llmConversion } from './convert.ts';
import { defaultLlmService } from './defaults.ts';
import type { LlmVersion } from './llm-version.ts';
import { llmSpecSchema } from './spec.ts';
import { llmConfigStatus, llmServiceStatus } from './status.ts';
import { validateLlmConfig, validateLlmService } from './validate.ts';

const ready: readonly PrinterColumn[] = [
  { name: 'Ready', type: 'string', jsonPath: ".status.conditions[?(@.type=='Ready')].status" },
  { name: 'Reason', type: 'string', jsonPath: ".status.conditions[?(@.type=='Ready')].reason" },
  { name: 'Age', type: 'date', jsonPath: '.metadata.creationTimestamp' },
];

type Common<T extends KubeObject> = Omit<KindVersion<T>, 'resource' | 'storage'>;

/** What the versions of LLMInferenceService have in common. */
export function llmServiceKind<T extends KubeObject>(version: LlmVersion): Common<T> {
  return {
    description:
      'A large language model behind a URL: its weights, the Pods that serve it, and how requests reach them.',
    singular: 'llminferenceservice',
    shortNames: ['llmisvc'],
    hasStatus: true,
    printerColumns: [
      { name: 'URL', type: 'string', jsonPath: '.status.url' },
      ...ready,
      { name: 'URLs', type: 'string', jsonPath: '.status.addresses[*].url', priority: 1 },
    ],
    focus: ['spec.template.containers'],
    schema: (pods) => ({
      type: 'object',
      properties: { spec: llmSpecSchema(pods, version), status: llmServiceStatus(version) },
    }),
    default: defaultLlmService,
    validate: validateLlmService,
    ...(version === 'v1alpha1' ? { conversion: llmConversion } : {}),
  };
}

/** What the versions of LLMInferenceServiceConfig have in common. */
export function llmConfigKind<T extends KubeObject>(version: LlmVersion): Common<T> {
  return {
    description: 'What LLMInferenceServices are laid over, so that each says only what is its own.',
    singular: 'llminferenceserviceconfig',
    hasStatus: true,
    printerColumns: ready,
    focus: ['spec.template.containers'],
    schema: (pods) => ({
      type: 'object',
      properties: { spec: llmSpecSchema(pods, version), status: llmConfigStatus(version) },
    }),
    validate: validateLlmConfig,
    ...(version === 'v1alpha1' ? { conversion: llmConversion } : {}),
  };
}
