import type { InferenceService, PromotionCheck } from '@serval/api';
import type { Json } from '@serval/kube/objects';
import { type CheckResult, failed, passed, waiting } from './check.ts';
import { goldenRequestOf } from './golden-request.ts';
import { differenceOf } from './partial-match.ts';
import { type Answer, postJson } from './post-json.ts';
import { type AddressDeps, addressesOf, entryServiceOf, toldAddressOf } from './service-address.ts';

export interface PredictionSubject {
  readonly service: InferenceService;
  /** Of type Prediction. */
  readonly check: PromotionCheck;
  /** Name of the Service to ask instead of the one that predictions enter by, such as that of a canary. */
  readonly kubeService?: string;
}

export interface PredictionDeps extends AddressDeps {
  /** How long an answer may take. Default 30 s, in which a model that is loaded answers. */
  readonly timeoutMs?: number;
}

const defaultTimeoutMs = 30_000;
const lookAgainMs = 10_000;
const maxShownBody = 200;

/** Sends the golden request to a service and compares what counts of the answer. A connection that fails is tried once more. */
export async function checkPrediction(
  { service, check, kubeService }: PredictionSubject,
  deps: PredictionDeps,
  signal: AbortSignal,
): Promise<CheckResult> {
  const { namespace = '', name = '' } = service.metadata;
  const target = kubeService ?? entryServiceOf(service);
  const told = kubeService === undefined ? toldAddressOf(service) : undefined;
  const pods = await addressesOf(namespace, target, deps, signal);
  const [first, second = first] = pods.length > 0 ? pods : [told];
  if (!first) {
    return waiting('NoEndpoints', `no Pod behind Service ${namespace}/${target} is ready to answer`, lookAgainMs);
  }
  const request = goldenRequestOf(service, check);
  const send = (address: typeof first) => postJson(address, request, deps.timeoutMs ?? defaultTimeoutMs, signal);
  let answer = await send(first);
  if (answer.outcome === 'unreachable') answer = await send(second ?? first);
  return judge(answer, check, `${request.path} of ${namespace}/${name}`);
}

function judge(answer: Answer, { expect, tolerance = 0 }: PromotionCheck, asked: string): CheckResult {
  switch (answer.outcome) {
    case 'unreachable':
      return waiting('Unreachable', `no connection to ${asked}: ${answer.code}`, lookAgainMs);
    case 'timed-out':
      return failed('PredictionTimedOut', `${asked} gave no answer in time`);
    case 'too-large':
      return failed('PredictionDiffers', `${asked} answered with more than ${answer.limitBytes} bytes`);
    case 'answered':
      return answer.status === 200 ? compare(answer.body, expect, tolerance, asked) : refused(answer, asked);
  }
}

function compare(body: string, expect: PromotionCheck['expect'], tolerance: number, asked: string): CheckResult {
  let actual: Json;
  try {
    actual = JSON.parse(body) as Json;
  } catch {
    return failed('PredictionDiffers', `${asked} answered with no JSON: ${shortened(body)}`);
  }
  const difference = differenceOf((expect ?? {}) as Json, actual, tolerance);
  if (!difference) return passed;
  const { path, expected, actual: got } = difference;
  const within = tolerance > 0 ? ` within ${tolerance}` : '';
  return failed(
    'PredictionDiffers',
    `${asked} answered ${got} at ${shortened(path || 'the top')}, expected ${expected}${within}`,
  );
}

function refused({ status, body }: { status: number; body: string }, asked: string): CheckResult {
  return failed('PredictionRefused', `${asked} answered with status ${status}: ${shortened(body)}`);
}

/** On one line: it becomes a part of a condition's message. */
function shortened(text: string): string {
  const line = text
    .slice(0, 4 * maxShownBody)
    .replaceAll(/\s+/g, ' ')
    .trim();
  return line.length > maxShownBody ? `${line.slice(0, maxShownBody - 1)}…` : line;
}
