import type { ServedResource } from '../registry/served-resource.ts';

export interface GroupVersions {
  group: string;
  /** The preferred one first. */
  versions: string[];
}

// The order in which clients look for a kind; groups not named here follow by name.
const knownOrder = ['apps', 'events.k8s.io', 'autoscaling', 'batch', 'networking.k8s.io', 'policy'];

/** Named groups and their versions, in the order of discovery. */
export function groupsOf(resources: readonly ServedResource[]): GroupVersions[] {
  const groups = new Map<string, Set<string>>();
  for (const { group, version } of resources) {
    if (group === '') continue;
    groups.set(group, (groups.get(group) ?? new Set()).add(version));
  }
  const rank = (group: string) => {
    const index = knownOrder.indexOf(group);
    return index < 0 ? knownOrder.length : index;
  };
  return [...groups]
    .map(([group, versions]) => ({ group, versions: [...versions].sort(compareVersions) }))
    .sort((a, b) => rank(a.group) - rank(b.group) || (a.group < b.group ? -1 : 1));
}

/** Best first: v2, v1, v1beta2, v1beta1, v1alpha1, then anything else by name (`apimachinery`, CompareKubeAwareVersionStrings). */
export function compareVersions(a: string, b: string): number {
  const left = rankOf(a);
  const right = rankOf(b);
  for (let i = 0; i < left.length; i += 1) {
    const difference = right[i]! - left[i]!;
    if (difference !== 0) return difference;
  }
  return a < b ? -1 : a > b ? 1 : 0;
}

function rankOf(version: string): [number, number, number] {
  const match = /^v(\d+)(?:(alpha|beta)(\d+))?$/.exec(version);
  if (!match) return [-1, 0, 0];
  const stability = match[2] === undefined ? 2 : match[2] === 'beta' ? 1 : 0;
  return [stability, Number(match[1]), Number(match[3] ?? 0)];
}
