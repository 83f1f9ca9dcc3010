import type { KubeObject, PodSpec, ResourceRequirements } from '@serval/kube/objects';
import { type Static, Type } from 'typebox';
import type { graphNodeSchema, graphStatusSchema, graphStepSchema } from './schema.ts';
import { graphSpecFields } from './schema.ts';

const own = Type.Object(graphSpecFields);

export type InferenceGraphStep = Static<typeof graphStepSchema>;
export type InferenceGraphNode = Static<typeof graphNodeSchema>;
export type InferenceGraphSpec = Omit<Static<typeof own>, 'nodes'> & {
  nodes: Record<string, InferenceGraphNode>;
  resources?: ResourceRequirements;
} & { [field in 'affinity' | 'tolerations']?: PodSpec[field] };
export type InferenceGraphStatus = Static<typeof graphStatusSchema>;

/** Services joined into one: a request is sent from step to step, to one of several, or to all. */
export interface InferenceGraph extends KubeObject {
  spec: InferenceGraphSpec;
  status?: InferenceGraphStatus;
}
