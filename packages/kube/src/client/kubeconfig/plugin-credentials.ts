import type { TransportOptions } from '../socket-transport.ts';
import { KubeconfigError } from './types.ts';

/**
 * Credentials that a plugin hands out (`exec`, `auth-provider`). Only here is the official client loaded: it costs 128 MB.
 * A client certificate is asked for once; a token for every request (the plugin's answer is kept until it expires).
 */
export async function pluginCredentials({
  text,
  contextName,
  path,
}: {
  text: string;
  contextName: string;
  path: string;
}): Promise<Partial<TransportOptions>> {
  const { KubeConfig } = await import('@kubernetes/client-node');
  const config = new KubeConfig();
  config.loadFromString(text);
  config.setCurrentContext(contextName);

  const ask = async () => {
    const options: { headers?: Record<string, unknown>; cert?: unknown; key?: unknown } = {};
    try {
      await config.applyToHTTPSOptions(options as Parameters<typeof config.applyToHTTPSOptions>[0]);
    } catch (cause) {
      throw new KubeconfigError(`kubeconfig ${path}: the credential plugin of context "${contextName}" failed`, {
        cause,
      });
    }
    const authorization = options.headers?.['Authorization'];
    const token = typeof authorization === 'string' ? authorization.replace(/^Bearer /, '') : undefined;
    return { token, cert: pemOf(options.cert), key: pemOf(options.key) };
  };

  const first = await ask();
  const renew = async () => (await ask()).token ?? '';
  return {
    ...(first.token === undefined ? {} : { token: renew }),
    ...(first.cert && first.key ? { clientCert: first.cert, clientKey: first.key } : {}),
  };
}

function pemOf(value: unknown): string | undefined {
  if (typeof value === 'string') return value;
  return Buffer.isBuffer(value) ? value.toString('utf8') : undefined;
}
