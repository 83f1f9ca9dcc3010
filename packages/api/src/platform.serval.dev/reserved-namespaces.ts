/** Where the platform keeps what it is made of and the credentials that are everybody's default, unless told otherwise. */
export const defaultCredentialNamespace = 'serval-credentials';
const ownNamespaces: readonly string[] = ['serval-system', defaultCredentialNamespace];

/**
 * Why nothing of a pipeline may be put into a namespace, or nothing: the cluster's own and the platform's hold what decides over
 * everybody's credentials.
 *
 * @param platformNamespaces  further ones of this installation: the operator's, and that of the platform's credentials
 */
export function reservedNamespaceProblem(
  namespace: string,
  platformNamespaces: readonly string[] = [],
): string | undefined {
  if (namespace.startsWith('kube-')) return 'must not be a namespace of the system: those start with kube-';
  if (ownNamespaces.includes(namespace) || platformNamespaces.includes(namespace)) {
    return `must not be ${namespace}, which is the platform's own`;
  }
  return undefined;
}
