import { type Condition, findCondition, type KubeObject, keyOf } from '@serval/kube/objects';
import type { Evidence } from './finding.ts';

const maxValueLength = 300;

/** `Gateway models/front`. */
function nameOf({ kind, metadata }: KubeObject): string {
  return `${kind} ${keyOf(metadata)}`;
}

export function evidenceOf(object: KubeObject | string, path: string, value: unknown): Evidence {
  const text = value === undefined ? 'absent' : typeof value === 'string' ? value : JSON.stringify(value);
  return {
    object: typeof object === 'string' ? object : nameOf(object),
    path,
    value: text.length > maxValueLength ? `${text.slice(0, maxValueLength - 1)}…` : text,
  };
}

export type ConditionState = 'True' | 'False' | 'Unknown';

/** A condition of an older generation, or none at all, is Unknown. One without generation cannot be told to be old. */
export function stateOf(
  object: KubeObject,
  conditions: readonly Condition[] | undefined,
  type: string,
): ConditionState {
  const condition = findCondition(conditions, type);
  const { observedGeneration } = condition ?? {};
  const { generation } = object.metadata;
  const stale = observedGeneration !== undefined && generation !== undefined && observedGeneration < generation;
  return condition === undefined || stale ? 'Unknown' : condition.status;
}

/** What a condition says, with its generation where that is an old one. */
export function sayingOf(object: KubeObject, conditions: readonly Condition[] | undefined, type: string): string {
  const condition = findCondition(conditions, type);
  if (!condition) return `no condition ${type}`;
  const { status, reason, message, observedGeneration } = condition;
  const { generation } = object.metadata;
  const old =
    observedGeneration !== undefined && generation !== undefined && observedGeneration < generation
      ? ` (of generation ${observedGeneration}; the present one is ${generation})`
      : '';
  return `${[status, reason, message].filter(Boolean).join(', ')}${old}`;
}
