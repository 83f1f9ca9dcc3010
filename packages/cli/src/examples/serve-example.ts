import { setTimeout as sleep } from 'node:timers/promises';
import type { InferenceService } from '@serval/api';
import { inferenceServices } from '@serval/api';
import type { Client } from '@serval/kube/client';
import { pods } from '@serval/kube/objects';
import { CliError } from '../command/cli-error.ts';
import { sendPrediction } from '../predict/send.ts';
import { differenceOf, type Example } from './examples.ts';
import { progressOf } from './progress.ts';

export interface ServedExample {
  url: string;
  answer: string;
  /** Where the answer parts from the training library's; undefined when it does not. */
  difference: string | undefined;
}

const namespace = 'default';
const readyTimeoutMs = 120_000;
const pollMs = 100;

/** Applies an example, tells each step of its way, and asks it for a prediction. Throws `CliError` NotReady or PredictionFailed. */
export async function serveExample(
  client: Client,
  example: Example,
  signal: AbortSignal,
  onStep: (text: string) => void,
): Promise<ServedExample> {
  const manifest = { ...example.manifest, metadata: { ...example.manifest.metadata, namespace } };
  await client.apply(inferenceServices, manifest as unknown as InferenceService, {
    force: true,
    fieldManager: 'serval-examples',
    signal,
  });
  const url = await untilReady(client, example.name, signal, onStep);
  const answer = await sendPrediction(url, example.name, 'v1', example.input, signal);
  if (answer.status !== 200) {
    throw new CliError('PredictionFailed', `${example.name} answered ${answer.status}: ${answer.body.trim()}`);
  }
  const { predictions } = JSON.parse(answer.body) as { predictions?: unknown };
  return { url, answer: answer.body.trim(), difference: differenceOf(predictions, example.expected.predictions) };
}

async function untilReady(
  client: Client,
  name: string,
  signal: AbortSignal,
  onStep: (text: string) => void,
): Promise<string> {
  const deadline = AbortSignal.timeout(readyTimeoutMs);
  let told = '';
  for (;;) {
    signal.throwIfAborted();
    const service = await client.get(inferenceServices, { namespace, name }, { signal });
    const labelSelector = `serving.kserve.io/inferenceservice=${name}`;
    const progress = progressOf(service, (await client.list(pods, { namespace, labelSelector, signal })).items);
    const text = progress.detail === '' ? progress.step : `${progress.step}  ${progress.detail}`;
    if (text !== told) onStep(text);
    told = text;
    if (progress.step === 'ready' && service.status?.url) return service.status.url;
    if (deadline.aborted) {
      throw new CliError('NotReady', `${name} is not ready after ${readyTimeoutMs / 1000} s: ${text}`, {
        hint: `see "npx serval describe isvc ${name}" and "npx serval logs isvc/${name}"`,
      });
    }
    await sleep(pollMs, undefined, { signal });
  }
}
