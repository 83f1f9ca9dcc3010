import { Worker } from 'node:worker_threads';
import { ProtocolError, shapeFits, type Tensor, type TensorSpec } from '@serval/protocol';
import { ModelError, UnavailableError } from '../errors.ts';
import type { Model } from '../model/model.ts';
import { datatypeFromOnnx, onnxFromTensor, tensorFromOnnx } from './datatypes.ts';
import type { OnnxTensor, OnnxValue, WorkerMessage, WorkerOptions } from './messages.ts';

/** Requests that may wait for the worker; beyond, the answer is 503 at once rather than a growing queue. */
const MAX_WAITING = 1000;

interface Waiting {
  resolve(outputs: Record<string, OnnxTensor>): void;
  reject(error: Error): void;
}

/** An ONNX model in a worker thread. Throws `ModelError`. */
export async function loadOnnx(options: WorkerOptions, signal: AbortSignal): Promise<Model> {
  const extension = import.meta.url.endsWith('.ts') ? 'ts' : 'js';
  const worker = new Worker(new URL(`./worker.${extension}`, import.meta.url), { workerData: options });
  const onAbort = () => void worker.terminate();
  signal.addEventListener('abort', onAbort, { once: true });
  try {
    const { inputs, outputs } = await loaded(worker);
    return createOnnxModel(worker, inputs.map(specOf('input')), outputs.map(specOf('output')));
  } catch (error) {
    await worker.terminate();
    throw error;
  } finally {
    signal.removeEventListener('abort', onAbort);
  }
}

function loaded(worker: Worker): Promise<{ inputs: OnnxValue[]; outputs: OnnxValue[] }> {
  return new Promise((resolve, reject) => {
    worker.once('error', (cause) =>
      reject(new ModelError('ModelInvalid', `ONNX Runtime failed: ${cause.message}`, { cause })),
    );
    worker.once('exit', () => reject(new ModelError('ModelInvalid', 'the ONNX Runtime thread ended while loading')));
    worker.once('message', (message: WorkerMessage) => {
      if (message.kind === 'loaded') resolve(message);
      else if (message.kind === 'refused') reject(refusal(message.reason, message.message));
    });
  });
}

function refusal(reason: 'runtime' | 'model', message: string): ModelError {
  if (reason === 'model') return new ModelError('ModelInvalid', `ONNX Runtime refused it: ${message}`);
  const where = `${process.platform}/${process.arch}`;
  return new ModelError('ModelUnsupported', `ONNX Runtime has no build that loads on ${where}: ${message}`);
}

const specOf =
  (direction: string) =>
  ({ name, type, shape }: OnnxValue): TensorSpec => {
    const datatype = datatypeFromOnnx(type);
    if (datatype) return { name, datatype, shape };
    const hint = type === 'no tensor' ? '; export classifiers of scikit-learn with the option zipmap=False' : '';
    throw new ModelError('ModelUnsupported', `${direction} "${name}" has type "${type}", which V2 cannot carry${hint}`);
  };

function createOnnxModel(worker: Worker, inputs: TensorSpec[], outputs: TensorSpec[]): Model {
  const waiting = new Map<number, Waiting>();
  let lastId = 0;
  let failure: Error | undefined;
  const failAll = (error: Error) => {
    failure ??= error;
    for (const { reject } of waiting.values()) reject(failure);
    waiting.clear();
  };
  worker.on('message', (message: WorkerMessage) => {
    if (message.kind !== 'result' && message.kind !== 'failed') return;
    const request = waiting.get(message.id);
    waiting.delete(message.id);
    if (message.kind === 'result') request?.resolve(message.outputs);
    else request?.reject(new ProtocolError(`ONNX Runtime: ${message.message}`));
  });
  worker.on('error', (cause) => failAll(new UnavailableError(`ONNX Runtime failed: ${cause.message}`)));
  worker.on('exit', () => failAll(new UnavailableError('the ONNX Runtime thread has ended')));

  return {
    format: 'onnx',
    platform: 'onnx_onnxruntime',
    inputs,
    outputs,
    columns: [],
    nullIsMissing: false,
    async predict(tensors, wanted, signal) {
      signal.throwIfAborted();
      if (failure) throw failure;
      if (waiting.size >= MAX_WAITING) throw new UnavailableError(`${MAX_WAITING} requests are waiting already`);
      checkInputs(tensors, inputs);
      const fetches = wanted ?? outputs.map((output) => output.name);
      const id = ++lastId;
      const feeds = Object.fromEntries(tensors.map((tensor) => [tensor.name, onnxFromTensor(tensor)]));
      const results = await new Promise<Record<string, OnnxTensor>>((resolve, reject) => {
        waiting.set(id, { resolve, reject });
        worker.postMessage({ id, feeds, fetches }, buffersOf(feeds));
      });
      return fetches.map((name) => {
        const spec = outputs.find((output) => output.name === name)!;
        return tensorFromOnnx(name, spec.datatype, results[name]!);
      });
    },
    async close() {
      await worker.terminate();
    },
  };
}

function checkInputs(tensors: readonly Tensor[], inputs: readonly TensorSpec[]): void {
  const expected = inputs
    .map(({ name, datatype, shape }) => `${JSON.stringify(name)} ${datatype} [${shape.join(', ')}]`)
    .join(', ');
  const seen = new Set<string>();
  for (const tensor of tensors) {
    const input = inputs.find((candidate) => candidate.name === tensor.name);
    const named = `input ${JSON.stringify(tensor.name)}`;
    if (!input) throw new ProtocolError(`the model has no ${named}; it takes ${expected}`);
    if (seen.has(tensor.name)) throw new ProtocolError(`${named} is given twice`);
    seen.add(tensor.name);
    if (tensor.datatype !== input.datatype) {
      throw new ProtocolError(`${named}: expected datatype ${input.datatype}, got ${tensor.datatype}`);
    }
    if (!shapeFits(tensor.shape, input.shape)) {
      throw new ProtocolError(
        `${named}: expected shape [${input.shape.join(', ')}] (-1: any length), got [${tensor.shape.join(', ')}]`,
      );
    }
  }
  const missing = inputs.find((input) => !seen.has(input.name));
  if (missing) throw new ProtocolError(`input ${JSON.stringify(missing.name)} is missing; the model takes ${expected}`);
}

function buffersOf(feeds: Record<string, OnnxTensor>): ArrayBuffer[] {
  return Object.values(feeds).flatMap(({ data }) => (Array.isArray(data) ? [] : [data.buffer as ArrayBuffer]));
}
