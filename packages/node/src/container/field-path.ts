import { type Container, isQuantity, type Pod, parseQuantity } from '@serval/kube/objects';

/** What the node adds to a Pod's own fields. */
export interface PodFacts {
  podIP: string;
  hostIP: string;
  nodeName: string;
  /** `cpu` in cores, `memory` and `ephemeral-storage` in bytes: the limit where a container has none. */
  allocatable: Readonly<Record<string, number>>;
}

/**
 * The value of a downward API field, as `kubectl explain pod.spec.containers.env.valueFrom.fieldRef` lists them, and
 * the maps that only volumes may ask for.
 * @returns undefined for a path that the downward API does not have
 */
export function fieldValue(pod: Pod, facts: PodFacts, fieldPath: string): string | undefined {
  const { metadata, spec } = pod;
  const keyed = /^metadata\.(labels|annotations)\['(.*)'\]$/.exec(fieldPath);
  if (keyed) return metadata[keyed[1] as 'labels' | 'annotations']?.[keyed[2] ?? ''] ?? '';
  switch (fieldPath) {
    case 'metadata.name':
      return metadata.name ?? '';
    case 'metadata.namespace':
      return metadata.namespace ?? '';
    case 'metadata.uid':
      return metadata.uid ?? '';
    case 'metadata.labels':
      return mapText(metadata.labels);
    case 'metadata.annotations':
      return mapText(metadata.annotations);
    case 'spec.nodeName':
      return spec.nodeName ?? facts.nodeName;
    case 'spec.serviceAccountName':
      return spec.serviceAccountName ?? 'default';
    case 'status.hostIP':
    case 'status.hostIPs':
      return facts.hostIP;
    case 'status.podIP':
    case 'status.podIPs':
      return facts.podIP;
    default:
      return undefined;
  }
}

/** `key="escaped value"` lines sorted by key (kubelet's FormatMap). */
function mapText(map: Record<string, string> | undefined): string {
  return Object.entries(map ?? {})
    .sort(([a], [b]) => (a < b ? -1 : 1))
    .map(([key, value]) => `${key}=${JSON.stringify(value)}`)
    .join('\n');
}

/**
 * `limits.cpu` and the like, divided by `divisor` and rounded up. A limit that is not set is what the node has; a
 * request that is not set is the limit, else 0.
 */
export function resourceFieldValue(
  container: Container,
  facts: PodFacts,
  { resource, divisor }: { resource: string; divisor?: string | number },
): string | undefined {
  const [kind, name = ''] = splitOnce(resource, '.');
  const written = kind === 'limits' || kind === 'requests' ? container.resources?.[kind]?.[name] : undefined;
  const limit = container.resources?.limits?.[name];
  if (!/^(cpu|memory|ephemeral-storage|hugepages-.+)$/.test(name) || (kind !== 'limits' && kind !== 'requests')) {
    return undefined;
  }
  const amount =
    kind === 'limits' ? nanoOr(written, nanoOf(facts.allocatable[name])) : nanoOr(written, nanoOr(limit, 0n));
  const unit = nanoOr(divisor, nanoOf(1)) || nanoOf(1);
  return String((amount + unit - 1n) / unit);
}

function nanoOf(amount: number | undefined): bigint {
  return BigInt(Math.round((amount ?? 0) * 1e3)) * 1_000_000n;
}

function nanoOr(quantity: string | number | undefined, fallback: bigint): bigint {
  return quantity !== undefined && isQuantity(quantity) ? parseQuantity(quantity).nano : fallback;
}

function splitOnce(text: string, separator: string): [string, string?] {
  const at = text.indexOf(separator);
  return at < 0 ? [text] : [text.slice(0, at), text.slice(at + separator.length)];
}
