import { createSocketTransport, loadInClusterConfig, loadKubeConfig, type SocketTransport } from '@serval/kube/client';
import type { FlagValues } from './parse-flags.ts';

/**
 * The API server that the flags or the Pod's service account lead to. Its token is read again as it rotates.
 *
 * @param environment  `KUBERNETES_SERVICE_HOST` and `KUBERNETES_SERVICE_PORT`.
 * @throws KubeconfigError when neither leads anywhere.
 */
export async function connectOperator(
  { kubeconfig, context }: FlagValues,
  environment: Readonly<Record<string, string | undefined>>,
): Promise<SocketTransport> {
  const config = kubeconfig ? await loadKubeConfig(kubeconfig, context) : await loadInClusterConfig(environment);
  return createSocketTransport(config);
}
