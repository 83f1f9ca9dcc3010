import { type Pipeline, type PipelineStage, reservedNamespaceProblem, reviewStageName } from '@serval/api';
import type { KubeObject } from '@serval/kube/objects';
import { reviewProblem } from '../review/review-claim.ts';
import { reviewStagesOf } from '../review/review-stage.ts';
import type { StageOf } from './stage-layers.ts';

export type Claim =
  | { readonly state: 'held' }
  | {
      readonly state: 'refused';
      /** Why a stage does not have its namespace: `NamespaceNotFound`, …; of an environment, also why it is not there. */
      readonly reason: string;
      readonly message: string;
    };

export interface ClaimContext {
  readonly pipelines: readonly Pipeline[];
  readonly namespace: (name: string) => KubeObject | undefined;
  /** Of the platform itself. */
  readonly reserved: readonly string[];
}

/** Whether a stage has the namespace that it names. Of two that name one, who was there first has it. */
export function claimOf({ pipeline, stage }: StageOf, { pipelines, namespace, reserved }: ClaimContext): Claim {
  const refuse = (reason: string, message: string): Claim => ({ state: 'refused', reason, message });
  const problem = reservedNamespaceProblem(stage.namespace, reserved);
  if (problem) return refuse('NamespaceReserved', `namespace of stage ${stage.name} ${problem}`);
  const holder = holderOf(stage.namespace, pipelines);
  if (holder && !isSame(holder, { pipeline, stage })) {
    const who = holder.pipeline === pipeline ? 'of this pipeline' : 'of another pipeline';
    return refuse('NamespaceConflict', `namespace ${stage.namespace} is a stage ${who}, which was there first`);
  }
  const live = namespace(stage.namespace);
  if (stage.name === reviewStageName) {
    const pending = reviewProblem(pipeline, stage.namespace, live);
    return pending ? refuse(pending.reason, pending.message) : { state: 'held' };
  }
  if (!live) return refuse('NamespaceNotFound', `namespace ${stage.namespace} does not exist; create it`);
  if (live.metadata.deletionTimestamp) {
    return refuse('NamespaceTerminating', `namespace ${stage.namespace} is being deleted`);
  }
  return { state: 'held' };
}

/** The stage whose credentials hold in a namespace. A pipeline that is being deleted holds none. */
export function holderOf(namespace: string, pipelines: readonly Pipeline[]): StageOf | undefined {
  return pipelines
    .filter(({ metadata }) => !metadata.deletionTimestamp)
    .flatMap((pipeline) => stagesIn(pipeline, namespace).map((stage) => ({ pipeline, stage })))
    .sort((a, b) => compareAge(a.pipeline, b.pipeline))[0];
}

function stagesIn(pipeline: Pipeline, namespace: string): PipelineStage[] {
  return [...pipeline.spec.stages, ...reviewStagesOf(pipeline)].filter((stage) => stage.namespace === namespace);
}

/** Creation is told in whole seconds; the UID decides between two of the same. */
function compareAge({ metadata: a }: Pipeline, { metadata: b }: Pipeline): number {
  const [one, other] = [a, b].map(({ creationTimestamp = '', uid = '' }) => `${creationTimestamp} ${uid}`);
  return (one ?? '') < (other ?? '') ? -1 : 1;
}

function isSame(a: StageOf, b: StageOf): boolean {
  return a.pipeline.metadata.uid === b.pipeline.metadata.uid && a.stage.name === b.stage.name;
}
