import { readdir, stat } from 'node:fs/promises';
import { basename, join } from 'node:path';
import { ModelError } from '../errors.ts';
import { type Detected, detectFile, type Format, mayBeModel } from './detect.ts';

export interface ModelFile {
  path: string;
  name: string;
  detected: Exclude<Detected, { refused: string }>;
  sizeBytes: number;
}

const SUPPORTED = 'XGBoost (.ubj, .json, .bst), LightGBM text (.txt, .bst, .model) and ONNX (.onnx)';
const SHOWN_NAMES = 8;

/**
 * The one model file of a path, which is a file or a folder (its sub-folders are not looked into).
 *
 * Throws `ModelError` on none, several, or one that is not supported; the message names what was found and what is supported.
 * @param wanted  takes files of this format only
 */
export async function findModelFile(path: string, wanted: Format | undefined): Promise<ModelFile> {
  const info = await stat(path).catch((cause: NodeJS.ErrnoException) => {
    throw new ModelError('ModelFileNotFound', `no model at ${path}: ${cause.code ?? cause.message}`, { cause });
  });
  if (info.isFile()) return describe(path, wanted, info.size);
  const names = await readdir(path);
  const found: ModelFile[] = [];
  const refusals: ModelError[] = [];
  for (const name of names.filter(mayBeModel).sort()) {
    const candidate = join(path, name);
    const { size, isFile } = await stat(candidate).then((s) => ({ size: s.size, isFile: s.isFile() }));
    if (!isFile) continue;
    try {
      found.push(await describe(candidate, wanted, size));
    } catch (error) {
      if (!(error instanceof ModelError)) throw error;
      if (error.code === 'ModelUnsupported') refusals.push(error);
    }
  }
  const [only] = found;
  if (only && found.length === 1) return only;
  if (found.length > 1) {
    const list = found.map(({ name, detected }) => `${name} (${detected.format})`).join(', ');
    throw new ModelError('ModelFileAmbiguous', `${path} holds ${found.length} model files, expected one: ${list}`);
  }
  if (refusals[0]) throw refusals[0];
  const expected = wanted ? `a ${wanted} model` : `a model; supported are ${SUPPORTED}`;
  throw new ModelError('ModelFileNotFound', `${path} holds ${listed(names)}, expected ${expected}`);
}

async function describe(path: string, wanted: Format | undefined, sizeBytes: number): Promise<ModelFile> {
  const name = basename(path);
  const detected = await detectFile(path);
  if (!detected) {
    throw new ModelError(
      'ModelFormatUnknown',
      `${name} (${sizeBytes} bytes) is no model of a known format; supported are ${SUPPORTED}`,
    );
  }
  if ('refused' in detected) throw new ModelError('ModelUnsupported', `${name} ${detected.refused}`);
  if (wanted && detected.format !== wanted) {
    throw new ModelError('ModelFormatUnknown', `${name} is a ${detected.format} model, expected ${wanted}`);
  }
  return { path, name, detected, sizeBytes };
}

function listed(all: readonly string[]): string {
  // Nobody put those there as a model.
  const names = all.filter((name) => !name.startsWith('.'));
  if (names.length === 0) return 'no files';
  const more = names.length > SHOWN_NAMES ? ` and ${names.length - SHOWN_NAMES} more` : '';
  return `${names.slice(0, SHOWN_NAMES).join(', ')}${more}`;
}
