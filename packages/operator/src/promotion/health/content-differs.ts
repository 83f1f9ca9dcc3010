import { modelRevisions, type Workload } from '../workload.ts';

/** What Pods have read that is not what was checked, in words. Pods that tell nothing of their model differ from nothing. */
export function contentDifference(workload: Workload, promoted: string | undefined): string | undefined {
  const others = promoted === undefined ? [] : modelRevisions(workload).filter((revision) => revision !== promoted);
  if (others.length === 0) return undefined;
  const { namespace, name } = workload.service.metadata;
  return `Pods of InferenceService ${namespace}/${name} have read a model of revision ${others.join(', ')}; what was checked is ${promoted}`;
}
