import type { InferenceService, KeptService } from '@serval/api';

/** Written by tools that keep an object as they have it elsewhere: what they find with their mark they take for theirs, and may delete. */
const foreignPrefixes = [
  'kubectl.kubernetes.io/',
  'argocd.argoproj.io/',
  'meta.helm.sh/',
  'helm.sh/',
  'kustomize.toolkit.fluxcd.io/',
  'helm.toolkit.fluxcd.io/',
  'platform.serval.dev/',
];
const foreignKeys: ReadonlySet<string> = new Set(['app.kubernetes.io/instance', 'app.kubernetes.io/managed-by']);

/** What of a service goes to other stages: its specification, and labels and annotations that belong to the model. */
export function portableService({ metadata, spec }: InferenceService): KeptService {
  const { canaryTrafficPercent: _, ...predictor } = structuredClone(spec.predictor);
  return { ...keptMetadata(metadata, isPortable), spec: { ...structuredClone(spec), predictor } };
}

/** What of a service is needed to have it again as it was, in its place. */
export function restorableService({ metadata, spec }: InferenceService): KeptService {
  return { ...keptMetadata(metadata, (key) => !key.startsWith('kubectl.kubernetes.io/')), spec: structuredClone(spec) };
}

function keptMetadata(
  { labels, annotations }: InferenceService['metadata'],
  isKept: (key: string) => boolean,
): Pick<KeptService, 'labels' | 'annotations'> {
  return { ...part('labels', labels, isKept), ...part('annotations', annotations, isKept) };
}

function part<Name extends 'labels' | 'annotations'>(
  name: Name,
  map: Readonly<Record<string, string>> | undefined,
  isKept: (key: string) => boolean,
): Partial<Record<Name, Record<string, string>>> {
  const kept = Object.entries(map ?? {}).filter(([key]) => isKept(key));
  return kept.length > 0 ? ({ [name]: Object.fromEntries(kept) } as Partial<Record<Name, Record<string, string>>>) : {};
}

function isPortable(key: string): boolean {
  return !foreignKeys.has(key) && !foreignPrefixes.some((prefix) => key.startsWith(prefix));
}
