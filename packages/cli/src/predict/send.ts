import { lookup as systemLookup } from 'node:dns';
import { Agent, request } from 'undici';
import { CliError } from '../command/cli-error.ts';

export type PredictProtocol = 'v1' | 'v2';

export interface Prediction {
  status: number;
  body: string;
}

/** Time for an answer; a model may be slow, a forgotten terminal should not wait for ever. */
const defaultTimeoutMs = 300_000;

/**
 * `*.localhost` is this machine (RFC 6761); Node asks a resolver that often does not know, so it is answered here.
 */
const lookupLocalhost: typeof systemLookup = ((
  hostname: string,
  options: { all?: boolean },
  callback: (error: Error | null, address: unknown, family?: number) => void,
) => {
  if (hostname !== 'localhost' && !hostname.endsWith('.localhost')) {
    systemLookup(hostname, options as never, callback as never);
  } else if (options.all) callback(null, [{ address: '127.0.0.1', family: 4 }]);
  else callback(null, '127.0.0.1', 4);
}) as typeof systemLookup;

export function predictPath(name: string, protocol: PredictProtocol): string {
  return protocol === 'v2' ? `/v2/models/${name}/infer` : `/v1/models/${name}:predict`;
}

/** Open Inference Protocol bodies have `inputs` whose entries carry a datatype; V1 bodies have none. */
export function protocolOf(body: string): PredictProtocol {
  let value: unknown;
  try {
    value = JSON.parse(body);
  } catch (cause) {
    throw new CliError('BadUsage', `the data is not JSON: ${(cause as Error).message}`, {
      hint: '-d takes JSON, or @FILE that holds JSON',
      cause,
    });
  }
  const inputs = (value as { inputs?: unknown } | null)?.inputs;
  return Array.isArray(inputs) &&
    inputs.some((input) => typeof input === 'object' && input !== null && 'datatype' in input)
    ? 'v2'
    : 'v1';
}

/** Sends a prediction to a service's URL. Throws `CliError` PredictionFailed when there is no answer at all. */
export async function sendPrediction(
  url: string,
  name: string,
  protocol: PredictProtocol,
  body: string,
  signal: AbortSignal,
): Promise<Prediction> {
  const agent = new Agent({ connect: { lookup: lookupLocalhost }, headersTimeout: defaultTimeoutMs });
  try {
    const response = await request(new URL(predictPath(name, protocol), url), {
      method: 'POST',
      headers: { 'content-type': 'application/json' },
      body,
      dispatcher: agent,
      signal,
    });
    return { status: response.statusCode, body: await response.body.text() };
  } catch (cause) {
    signal.throwIfAborted();
    throw new CliError('PredictionFailed', `no answer from ${url}`, {
      hint: 'is the gateway up? see "serval status"',
      cause,
    });
  } finally {
    await agent.close();
  }
}
