import type { CustomResourceDefinition } from '@serval/api';
import type { CrdChange } from './change.ts';
import { diffDefinition } from './diff-definition.ts';

/**
 * What a change of definitions means to users, what breaks them first. Definitions are paired by group and kind. Descriptions make no
 * difference, nor do labels and annotations.
 */
export function diffCrds(
  before: readonly CustomResourceDefinition[],
  after: readonly CustomResourceDefinition[],
): CrdChange[] {
  const olds = byKind(before);
  const news = byKind(after);
  const changes = [...new Set([...olds.keys(), ...news.keys()])].sort().flatMap((key) => {
    const [old, now] = [olds.get(key), news.get(key)];
    if (old && now) return diffDefinition(old, now);
    if (old) return [wholly(old, 'DefinitionRemoved', true, 'is no longer defined: removing it deletes all objects')];
    return now ? [wholly(now, 'DefinitionAdded', false, 'is new')] : [];
  });
  return [...changes.filter(({ breaks }) => breaks), ...changes.filter(({ breaks }) => !breaks)];
}

function byKind(crds: readonly CustomResourceDefinition[]): Map<string, CustomResourceDefinition> {
  return new Map(crds.map((crd) => [`${crd.spec.group}/${crd.spec.names.kind}`, crd]));
}

function wholly(
  crd: CustomResourceDefinition,
  rule: 'DefinitionRemoved' | 'DefinitionAdded',
  breaks: boolean,
  message: string,
): CrdChange {
  return { definition: crd.metadata.name ?? '', kind: crd.spec.names.kind, path: '', rule, breaks, message };
}
