import { open } from 'node:fs/promises';

export const FORMATS = ['xgboost', 'lightgbm', 'onnx'] as const;
export type Format = (typeof FORMATS)[number];

/** What a file is, told by its first bytes; `refused` says in a sentence why a known kind cannot be served. */
export type Detected =
  | { format: 'xgboost'; encoding: 'json' | 'ubjson' }
  | { format: 'lightgbm' }
  | { format: 'onnx' }
  | { refused: string };

const HEAD_BYTES = 4096;

/** Extensions under which models are saved; other files of a folder are not looked into. */
const EXTENSIONS = /\.(json|ubj|bst|model|txt|lgb|onnx|pkl|pickle|joblib|xgb|bin|pt|pth|h5|pb|safetensors)$/i;

export function mayBeModel(fileName: string): boolean {
  return !fileName.startsWith('.') && EXTENSIONS.test(fileName);
}

/** Undefined: nothing that looks like a model of any kind. */
export async function detectFile(path: string): Promise<Detected | undefined> {
  const file = await open(path);
  try {
    const head = Buffer.alloc(HEAD_BYTES);
    const { bytesRead } = await file.read(head, 0, HEAD_BYTES, 0);
    return detect(head.subarray(0, bytesRead), path);
  } finally {
    await file.close();
  }
}

/** Content decides; the extension only where content cannot (an ONNX file has no signature). */
function detect(head: Uint8Array, fileName: string): Detected | undefined {
  const text = Buffer.from(head).toString('latin1');
  if (/\.onnx$/i.test(fileName)) return { format: 'onnx' };
  if (/^tree\r?\n/.test(text)) return { format: 'lightgbm' };
  // XGBoost sorts the keys, so "learner" stands first in both encodings.
  if (/^\s*\{\s*"learner"/.test(text)) return { format: 'xgboost', encoding: 'json' };
  if (/^\{[iUIlL]/.test(text) && text.includes('learner')) return { format: 'xgboost', encoding: 'ubjson' };
  if (/\.ubj$/i.test(fileName)) return { format: 'xgboost', encoding: 'ubjson' };
  if (isPickle(head) || /\.(pkl|pickle|joblib)$/i.test(fileName)) {
    return {
      refused:
        'is a pickled Python object, which is never loaded because loading one runs code; export the model as ONNX, XGBoost UBJSON or LightGBM text',
    };
  }
  if (
    /^binf|^bs64/.test(text) ||
    (/\.(bst|model|xgb)$/i.test(fileName) && /[^\t\n\r\x20-\x7e]/.test(text.slice(0, 64)))
  ) {
    return {
      refused: "looks like XGBoost's old binary format; save it again as .ubj or .json with Booster.save_model",
    };
  }
  return undefined;
}

/** The opcode PROTO and a protocol from 2 to 5. */
function isPickle(head: Uint8Array): boolean {
  return head[0] === 0x80 && head[1]! >= 2 && head[1]! <= 5;
}
