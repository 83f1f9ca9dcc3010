import { checkedToken, requestTokenAnswer } from '../http/access-token.ts';
import type { TokenSource } from './credentials.ts';

/** Lets `source` stand in for the service account that `url` (`…:generateAccessToken`, IAM Credentials API) names. */
export function impersonating(
  source: TokenSource,
  url: URL,
  { lifetimeSeconds = 3600, delegates }: { lifetimeSeconds?: number; delegates?: readonly string[] } = {},
): TokenSource {
  const account = /serviceAccounts\/([^:/]+)/.exec(decodeURIComponent(url.pathname))?.[1] ?? 'a service account';
  const name = `${source.name} as ${account}`;
  return {
    name,
    async fetchToken(scope, options, signal) {
      const token = await source.fetchToken(scope, options, signal);
      const answer = await requestTokenAnswer(
        {
          url,
          method: 'POST',
          headers: {
            'content-type': 'application/json',
            ...(token ? { authorization: `Bearer ${token.value}` } : {}),
          },
          body: JSON.stringify({ scope: [scope], lifetime: `${lifetimeSeconds}s`, delegates }),
          denied: `check that ${source.name} has the role Workload Identity User or Token Creator on ${account}`,
        },
        options,
        signal,
      );
      return checkedToken(answer['accessToken'], Date.parse(String(answer['expireTime'])), url);
    },
  };
}
