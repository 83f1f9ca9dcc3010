import { parseApiVersion } from '@serval/kube/objects';
import type { Verdict } from './verdict.ts';

/** Adds a warning to every object that was there before in the same run: the last one applied would win. */
export function warnOfDuplicates(verdicts: readonly Verdict[]): void {
  const first = new Map<string, Verdict>();
  for (const verdict of verdicts) {
    const { apiVersion, kind, namespace = 'default', name } = verdict;
    if (!apiVersion || !kind || !name || name.endsWith('*')) continue;
    const key = JSON.stringify([parseApiVersion(apiVersion).group, kind, namespace, name]);
    const earlier = first.get(key);
    if (earlier) {
      verdict.warnings.push(`the same object is in ${earlier.file}:${earlier.line}; the one applied last would win`);
    } else first.set(key, verdict);
  }
}
