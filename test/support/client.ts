import { type Client, createClient, createSocketTransport, loadKubeConfig } from '@serval/kube/client';

export async function clientOf(kubeconfig: string): Promise<Client> {
  const config = await loadKubeConfig(kubeconfig);
  return createClient({ transport: createSocketTransport(config), fieldManager: 'test' });
}
