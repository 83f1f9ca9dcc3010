import type { ComponentSpec, PredictorSpec } from '@serval/api';
import { predictorContainer } from '../../names.ts';

/** Nothing scales a canary. */
const scalingFields = ['maxReplicas', 'scaleTarget', 'scaleMetric', 'scaleMetricType', 'autoScaling'] as const;
/** Each of them says where the model is, so one that the canary writes replaces all of the stable predictor's. */
const sourceFields = ['storageUri', 'storage'] as const;

/** What a canary serves: the stable predictor, with what the canary writes over it; lists are replaced as a whole (KServe). */
export function canaryPredictorSpec(stable: PredictorSpec, canary: PredictorSpec): PredictorSpec {
  const base: PredictorSpec = structuredClone(stable);
  for (const field of [...scalingFields, 'minReplicas', 'canaryTrafficPercent'] as const) delete base[field];
  if (canary.containers?.some(({ name }) => name === predictorContainer)) delete base.model;
  if (canary.model && base.model && sourceFields.some((field) => canary.model?.[field] !== undefined)) {
    for (const field of sourceFields) delete base.model[field];
    delete base.storageUris;
  }
  return merge(base, canary) as PredictorSpec;
}

/** As many Pods as it says, else its share of the stable ones; one is needed to try it at all. */
export function canaryReplicas(written: number | undefined, stableReplicas: number, percent: number): number {
  return written ?? Math.max(1, Math.ceil((stableReplicas * percent) / 100));
}

/** Pods that a component has now: those it asks for, or more where an autoscaler started them. */
export function replicasOf({ minReplicas = 1 }: ComponentSpec, live: number | undefined): number {
  return Math.max(minReplicas, live ?? 0);
}

function merge(base: unknown, over: unknown): unknown {
  if (!isObject(base) || !isObject(over)) return over ?? base;
  const entries = Object.entries(over).map(([field, value]) => [field, merge(base[field], value)] as const);
  return { ...base, ...Object.fromEntries(entries) };
}

function isObject(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}
