import {
  encodeInferResponse,
  encodePredictions,
  HEADER_LENGTH,
  parseInferRequest,
  parsePredictRequest,
  type RequestedOutput,
  shown,
  tensorsFromInstances,
} from '@serval/protocol';
import type { Model } from '../model/model.ts';
import { HttpError, jsonText, type Reply } from './reply.ts';

/** Called with the milliseconds of each stage of a prediction. */
type StageObserver = (preprocessMs: number, predictMs: number, postprocessMs: number) => void;

export interface PredictContext {
  modelName: string;
  model: Model;
  observe: StageObserver;
  signal: AbortSignal;
}

/** V1 `:predict`. Throws `ProtocolError`. */
export async function predictV1(body: Buffer, { model, observe, signal }: PredictContext): Promise<Reply> {
  const start = performance.now();
  const instances = parsePredictRequest(body.toString('utf8'));
  const inputs = tensorsFromInstances(instances, model.inputs, {
    columns: model.columns,
    nullIsMissing: model.nullIsMissing,
  });
  const parsed = performance.now();
  const outputs = await model.predict(inputs, undefined, signal);
  const predicted = performance.now();
  const reply = jsonText(200, encodePredictions(outputs, instances.length));
  observe(parsed - start, predicted - parsed, performance.now() - predicted);
  return reply;
}

/** The only version that a served model has. */
export const MODEL_VERSION = '1';

/** V2 `/infer`. Throws `ProtocolError`. */
export async function inferV2(body: Buffer, headerLength: string | undefined, context: PredictContext): Promise<Reply> {
  const { model, modelName, observe, signal } = context;
  const start = performance.now();
  const { text, rest } = splitBody(body, headerLength);
  const request = parseInferRequest(text, rest, { nullIsMissing: model.nullIsMissing });
  const wanted = request.outputs && checkedOutputs(request.outputs, model);
  const parsed = performance.now();
  const outputs = await model.predict(request.inputs, wanted, signal);
  const predicted = performance.now();
  const isBinary = (name: string) =>
    request.outputs?.find((output) => output.name === name)?.binary ?? request.binaryByDefault;
  const encoded = encodeInferResponse({ id: request.id, modelName, modelVersion: MODEL_VERSION, outputs }, isBinary);
  const reply = encoded.binary.length > 0 ? binaryReply(encoded.json, encoded.binary) : jsonText(200, encoded.json);
  observe(parsed - start, predicted - parsed, performance.now() - predicted);
  return reply;
}

function splitBody(body: Buffer, headerLength: string | undefined): { text: string; rest: Uint8Array } {
  if (headerLength === undefined) return { text: body.toString('utf8'), rest: new Uint8Array(0) };
  const length = Number(headerLength);
  if (!/^\d+$/.test(headerLength) || length > body.length) {
    throw new HttpError(
      400,
      `${HEADER_LENGTH} must be a length up to the body's ${body.length} bytes, got ${shown(headerLength)}`,
    );
  }
  return { text: body.toString('utf8', 0, length), rest: body.subarray(length) };
}

function binaryReply(json: string, binary: Uint8Array[]): Reply {
  const head = Buffer.from(json);
  return {
    status: 200,
    contentType: 'application/octet-stream',
    body: Buffer.concat([head, ...binary]),
    headers: { [HEADER_LENGTH]: String(head.length) },
  };
}

function checkedOutputs(requested: readonly RequestedOutput[], model: Model): string[] {
  const known = model.outputs.map((output) => output.name);
  for (const { name } of requested) {
    if (!known.includes(name)) {
      throw new HttpError(
        400,
        `the model has no output ${shown(name)}; it gives ${known.map((other) => shown(other)).join(', ')}`,
      );
    }
  }
  return requested.map((output) => output.name);
}
