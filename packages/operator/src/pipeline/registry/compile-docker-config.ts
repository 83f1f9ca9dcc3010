import type { EffectiveKey } from './resolve-registry.ts';

/**
 * The content of `.dockerconfigjson`: the same keys give the same text. `auth` stands beside user and password, as `kubectl create secret
 * docker-registry` has it, since container runtimes read the one or the other; a user with a colon it cannot say.
 */
export function compileDockerConfig(keys: readonly EffectiveKey[]): string {
  const auths = keys.map(({ key, credential: { username, password, identityToken, registryToken } }) => [
    key,
    {
      ...(username || password ? { username, password, ...basicOf(username, password) } : {}),
      ...(identityToken ? { identitytoken: identityToken } : {}),
      ...(registryToken ? { registrytoken: registryToken } : {}),
    },
  ]);
  return JSON.stringify({ auths: Object.fromEntries(auths) });
}

function basicOf(username: string, password: string): { auth?: string } {
  return username.includes(':') ? {} : { auth: Buffer.from(`${username}:${password}`).toString('base64') };
}
