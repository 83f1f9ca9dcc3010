export interface ClusterName {
  namespace: string;
  name: string;
}

/**
 * The Service that a cluster DNS name means: `NAME.NS.svc.cluster.local`, `NAME.NS.svc`, `NAME.NS`. Undefined for other
 * names. `NAME.NS` also looks like an outside domain (`example.com`): it is a Service only if one is there.
 */
export function parseClusterName(
  hostname: string,
  isService: (namespace: string, name: string) => boolean,
): ClusterName | undefined {
  const labels = hostname.toLowerCase().replace(/\.$/, '').split('.');
  const [name, namespace, svc] = labels;
  if (!name || !namespace) return undefined;
  if (svc === 'svc' && (labels.length === 3 || labels.slice(3).join('.') === 'cluster.local'))
    return { namespace, name };
  return labels.length === 2 && isService(namespace, name) ? { namespace, name } : undefined;
}
