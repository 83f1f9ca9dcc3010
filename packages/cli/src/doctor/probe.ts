import { isIP } from 'node:net';
import type { ProbeTarget, Seen, SeenProbe } from '@serval/operator/checks';
import { Agent, request } from 'undici';

const timeoutMs = 5_000;
/** At once: enough not to wait, and no load to speak of. */
const atOnce = 4;

/** One GET for each target, to the Gateway's address with the host that clients use. */
export async function probeAll(
  targets: readonly ProbeTarget[] | string,
  signal: AbortSignal,
): Promise<Seen<SeenProbe>> {
  if (typeof targets === 'string') return { unread: targets };
  const items: SeenProbe[] = [];
  const waiting = [...targets];
  await Promise.all(
    Array.from({ length: atOnce }, async () => {
      for (let target = waiting.shift(); target; target = waiting.shift()) items.push(await probe(target, signal));
    }),
  );
  return items.length > 0 ? { items } : { unread: 'no listener has a hostname that covers a service' };
}

async function probe(target: ProbeTarget, signal: AbortSignal): Promise<SeenProbe> {
  const { service, scheme, address, port, host, path } = target;
  const url = `${scheme}://${isIP(address) === 6 ? `[${address}]` : address}:${port}${path}`;
  // The address is what is called; a certificate is for the host.
  const agent = new Agent({ connect: { servername: host, timeout: timeoutMs } });
  const seen = { service, request: `GET ${url}`, host };
  try {
    const ending = AbortSignal.any([signal, AbortSignal.timeout(timeoutMs)]);
    const { statusCode, body } = await request(url, { headers: { host }, dispatcher: agent, signal: ending });
    await body.dump();
    return { ...seen, outcome: { status: statusCode } };
  } catch (error) {
    signal.throwIfAborted();
    const { code, message, name } = error as { code?: string; message?: string; name?: string };
    return {
      ...seen,
      outcome: { failure: name === 'TimeoutError' ? 'no answer in time' : (code ?? message ?? 'failed') },
    };
  } finally {
    await agent.destroy();
  }
}
