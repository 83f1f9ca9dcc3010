/** What the front end and the ONNX worker tell each other. Numeric data is transferred, never copied. */

/** `type` is ONNX Runtime's name: `float32`, `int64`, `string` … */
export interface OnnxTensor {
  type: string;
  dims: number[];
  data: ArrayBufferView | string[];
}

export interface OnnxValue {
  name: string;
  type: string;
  /** A dimension that is free has -1. */
  shape: number[];
}

export interface RunRequest {
  id: number;
  feeds: Record<string, OnnxTensor>;
  /** Outputs wanted. */
  fetches: string[];
}

export type WorkerMessage =
  | { kind: 'loaded'; inputs: OnnxValue[]; outputs: OnnxValue[] }
  | { kind: 'refused'; reason: 'runtime' | 'model'; message: string }
  | { kind: 'result'; id: number; outputs: Record<string, OnnxTensor> }
  | { kind: 'failed'; id: number; message: string };

export interface WorkerOptions {
  path: string;
  /** Threads for one operator; 0: one per core. */
  threads: number;
}
