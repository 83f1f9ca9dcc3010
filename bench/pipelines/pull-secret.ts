import type { Secret } from '@serval/kube/objects';

/** Credentials for `ghcr.io` that differ by their user. */
export function pullSecret(user: string): Omit<Secret, 'metadata'> & { data: Record<string, string> } {
  const auths = { 'ghcr.io': { username: user, password: 'of the benchmark' } };
  const content = Buffer.from(JSON.stringify({ auths })).toString('base64');
  return {
    apiVersion: 'v1',
    kind: 'Secret',
    type: 'kubernetes.io/dockerconfigjson',
    data: { '.dockerconfigjson': content },
  };
}
