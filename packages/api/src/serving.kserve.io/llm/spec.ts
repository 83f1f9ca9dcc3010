import type { StructuralSchema } from '@serval/kube/schema';
import { type Static, Type } from 'typebox';
import type { PodSchemas } from '../../schema/pod-schemas.ts';
import type { LlmVersion } from './llm-version.ts';
import { modelV1alpha1, modelV1alpha2 } from './model.ts';
import { nameReference, routerSchema } from './router.ts';
import { replicasOrScaling } from './scaling.ts';
import { type Workload, workloadFields, workloadSchema } from './workload.ts';

const tracing = Type.Object(
  {
    exporter: Type.Optional(Type.String({ description: 'How traces are sent: otlp or none.' })),
    exporterEndpoint: Type.Optional(Type.String({ description: 'Where to.' })),
    sampler: Type.Optional(Type.String({ description: 'Which requests are traced, as OpenTelemetry names samplers.' })),
    samplerArg: Type.Optional(Type.String({ description: 'Argument of the sampler, such as a ratio.' })),
  },
  { description: 'Traces of requests. Present, even if empty: they are written.' },
);
const storageInitializer = Type.Object(
  {
    enabled: Type.Optional(
      Type.Boolean({ description: 'Whether the model is fetched before the server starts. Default true.' }),
    ),
  },
  { description: 'The container that fetches the model.' },
);
const baseRefs = Type.Unsafe<{ name: string }[]>({
  type: 'array',
  items: nameReference,
  description: 'Configurations (LLMInferenceServiceConfig) that this is laid over; later ones go over earlier ones.',
});

/** `spec.router`, as far as the rules look at it. */
export interface LlmRouter {
  gateway?: { refs?: { name?: string; namespace?: string; sectionName?: string }[] };
  ingress?: { refs?: { name?: string; namespace?: string }[] };
  route?: { http?: { refs?: { name?: string }[]; spec?: Record<string, unknown> }; group?: string; weight?: number };
  scheduler?: {
    replicas?: number;
    pool?: { ref?: { name?: string }; spec?: Record<string, unknown> };
    config?: { inline?: Record<string, unknown>; ref?: { name?: string; key: string; optional?: boolean } };
    [field: string]: unknown;
  };
}

interface LlmSpec extends Workload {
  baseRefs?: Static<typeof baseRefs>;
  router?: LlmRouter;
  prefill?: Workload;
  tracing?: Static<typeof tracing>;
  storageInitializer?: Static<typeof storageInitializer>;
}
export type LlmSpecV1alpha1 = LlmSpec & { model?: Static<typeof modelV1alpha1> };
export type LlmSpecV1alpha2 = LlmSpec & { model?: Static<typeof modelV1alpha2> };

/** The spec of both kinds, which say the same: a service, and what services are laid over. */
export function llmSpecSchema(pods: PodSchemas, version: LlmVersion): StructuralSchema {
  return {
    type: 'object',
    description: 'A large language model, the Pods that serve it, and how requests reach them.',
    properties: {
      model: (version === 'v1alpha1' ? modelV1alpha1 : modelV1alpha2) as StructuralSchema,
      ...workloadFields(pods, version),
      prefill: workloadSchema(
        pods,
        version,
        'Pods of their own for reading prompts, apart from those that write answers.',
      ),
      router: routerSchema(pods, version),
      baseRefs: baseRefs as StructuralSchema,
      storageInitializer: storageInitializer as StructuralSchema,
      tracing: tracing as StructuralSchema,
    },
    'x-kubernetes-validations': replicasOrScaling,
  };
}
