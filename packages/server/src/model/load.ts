import { readFile } from 'node:fs/promises';
import { ModelError } from '../errors.ts';
import type { Format } from './detect.ts';
import { findModelFile, type ModelFile } from './find-file.ts';
import type { Model } from './model.ts';

export interface LoadOptions {
  /** A file, or a folder with one model file. */
  path: string;
  format?: Format;
  /** Threads of ONNX Runtime for one operator; 0: one per core. */
  threads: number;
}

// JSON and text are decoded into one string, which the language limits to half a gigabyte.
const MAX_TREE_FILE_BYTES = 2 ** 29 - 1024;

/** Finds and loads a model. Throws `ModelError` whose message begins with the file's name. */
export async function loadModel(options: LoadOptions, signal: AbortSignal): Promise<Model> {
  const file = await findModelFile(options.path, options.format);
  try {
    return await loadFile(file, options, signal);
  } catch (cause) {
    if (signal.aborted) throw cause;
    const code = cause instanceof ModelError ? cause.code : 'ModelInvalid';
    const reason = cause instanceof Error ? cause.message : String(cause);
    throw new ModelError(code, `cannot load ${file.name}: ${reason}`, { cause });
  }
}

/** Each reader is imported when it is needed, so that a server pays for its own format only. */
async function loadFile(file: ModelFile, options: LoadOptions, signal: AbortSignal): Promise<Model> {
  const { path, detected, sizeBytes } = file;
  if (detected.format === 'onnx') {
    const { loadOnnx } = await import('../onnx/model.ts');
    return loadOnnx({ path, threads: options.threads }, signal);
  }
  if (sizeBytes > MAX_TREE_FILE_BYTES) {
    throw new ModelError(
      'ModelUnsupported',
      `it has ${sizeBytes} bytes, tree ensembles may have up to ${MAX_TREE_FILE_BYTES}`,
    );
  }
  const bytes = await readFile(path, { signal });
  if (detected.format === 'lightgbm') {
    const { loadLightgbm } = await import('../lightgbm/model.ts');
    return loadLightgbm(bytes);
  }
  const { loadXgboost } = await import('../xgboost/model.ts');
  return loadXgboost(bytes, detected.encoding);
}
