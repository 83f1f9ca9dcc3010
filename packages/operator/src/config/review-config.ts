import { nearestName } from '@serval/api';
import type { ConfigMap } from '@serval/kube/objects';
import type { FieldError } from '@serval/kube/schema';
import { readServingConfig } from './parse-config.ts';
import type { Unused } from './read-section.ts';

export interface ConfigVerdict {
  readonly errors: FieldError[];
  readonly warnings: string[];
}

/**
 * Checks the platform's configuration as it is written. What was wrong before and did not change may stay, and is told as a warning: who
 * labels the ConfigMap need not mend it. Settings that come to nothing are warnings too.
 */
export function reviewConfig(configMap: ConfigMap, old: ConfigMap | undefined): ConfigVerdict {
  const { problems, unused } = readServingConfig(configMap);
  const before = old ? readServingConfig(old).problems : [];
  const isOld = ({ path, message }: (typeof problems)[number]) =>
    before.some((known) => known.path === path && known.message === message) && isUnchanged(configMap, old, path);
  return {
    errors: problems
      .filter((problem) => !isOld(problem))
      .map(({ path, message }) => ({ path: fieldOf(path), reason: 'FieldValueInvalid', message })),
    warnings: [
      ...problems
        .filter(isOld)
        .map(({ path, message }) => `${fieldOf(path)} ${message}; the last good configuration stays in force`),
      ...unused.filter(({ why }) => why === undefined).map(tellUnknown),
      ...tellIdle(unused),
    ],
  };
}

/** `ingress.urlScheme` ▶ `data[ingress].urlScheme`. */
function fieldOf(path: string): string {
  const [section = '', ...keys] = path.split('.');
  return [`data[${section}]`, ...keys].join('.');
}

/** Messages do not repeat all values, so the section's text is compared too. */
function isUnchanged(configMap: ConfigMap, old: ConfigMap | undefined, path: string): boolean {
  const section = path.split('.')[0] ?? '';
  return configMap.data?.[section] === old?.data?.[section];
}

function tellUnknown({ path, known }: Unused): string {
  const near = nearestName(path.split('.').at(-1) ?? '', known);
  const meant = near === undefined ? '' : `; did you mean ${near}?`;
  return `${fieldOf(path)} is not known to this release, and ignored${meant}`;
}

/** One for all keys of a section: KServe's own ConfigMap writes most of them. */
function tellIdle(unused: readonly Unused[]): string[] {
  const idle = unused.filter(({ why }) => why !== undefined);
  return [...Map.groupBy(idle, ({ path }) => path.split('.')[0] ?? '')].map(
    ([section, keys]) =>
      `data[${section}]: ${keys.map(({ path }) => path.slice(section.length + 1)).join(', ')} without effect in this release`,
  );
}
