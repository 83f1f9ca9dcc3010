/** Owns one ONNX Runtime session. `create` and `run` block, so they have a thread of their own. */
import { parentPort, workerData } from 'node:worker_threads';
import type { InferenceSession, Tensor } from 'onnxruntime-node';
import type { OnnxTensor, OnnxValue, RunRequest, WorkerMessage, WorkerOptions } from './messages.ts';

type Runtime = typeof import('onnxruntime-node');

const port = parentPort!;
const tell = (message: WorkerMessage, transfer: ArrayBuffer[] = []) => port.postMessage(message, transfer);
const reasonOf = (error: unknown) => (error instanceof Error ? error.message : String(error));

try {
  await serve(await import('onnxruntime-node'), workerData as WorkerOptions);
} catch (error) {
  tell({ kind: 'refused', reason: 'runtime', message: reasonOf(error) });
}

async function serve(runtime: Runtime, { path, threads }: WorkerOptions): Promise<void> {
  let session: InferenceSession;
  try {
    // Level 4 (fatal): what goes wrong comes back as an error; the runtime's own log would only repeat it.
    session = await runtime.InferenceSession.create(path, { intraOpNumThreads: threads, logSeverityLevel: 4 });
  } catch (error) {
    tell({ kind: 'refused', reason: 'model', message: reasonOf(error) });
    return;
  }
  port.on('message', (request: RunRequest) => void answer(runtime, session, request));
  tell({
    kind: 'loaded',
    inputs: session.inputMetadata.map(describe),
    outputs: session.outputMetadata.map(describe),
  });
}

function describe(value: InferenceSession.ValueMetadata): OnnxValue {
  if (!value.isTensor) return { name: value.name, type: 'no tensor', shape: [] };
  const shape = value.shape.map((length) => (typeof length === 'number' && length >= 0 ? length : -1));
  return { name: value.name, type: value.type, shape };
}

async function answer(runtime: Runtime, session: InferenceSession, { id, feeds, fetches }: RunRequest): Promise<void> {
  try {
    const tensors: Record<string, Tensor> = {};
    for (const [name, { type, dims, data }] of Object.entries(feeds)) {
      tensors[name] = new runtime.Tensor(type as 'float32', data as Float32Array, dims);
    }
    const results = await session.run(tensors, fetches);
    const outputs: Record<string, OnnxTensor> = {};
    const transfer: ArrayBuffer[] = [];
    for (const [name, { type, dims, data }] of Object.entries(results)) {
      outputs[name] = { type, dims: [...dims], data: ownData(data as ArrayBufferView | string[], transfer) };
    }
    tell({ kind: 'result', id, outputs }, transfer);
  } catch (error) {
    tell({ kind: 'failed', id, message: reasonOf(error) });
  }
}

/** Data whose buffer may be given away: the runtime's own memory cannot, nor can a part of a larger buffer. */
function ownData(data: ArrayBufferView | string[], transfer: ArrayBuffer[]): ArrayBufferView | string[] {
  if (Array.isArray(data)) return data;
  const own = (data as Uint8Array).slice();
  transfer.push(own.buffer as ArrayBuffer);
  return own;
}
