import { readdir, readFile } from 'node:fs/promises';
import { join, relative } from 'node:path';
import type { AnyObject } from '@serval/kube/objects';
import { CliError } from '../command/cli-error.ts';
import { parseManifests } from '../manifests/load.ts';

/** A folder of `examples/`: a service, a request, and the answer that the training library gave. */
export interface Example {
  name: string;
  folder: string;
  manifest: AnyObject;
  /** Path of the V1 request, as a person in the current folder would write it. */
  inputPath: string;
  input: string;
  expected: { predictions: unknown[] };
}

/** Every folder with an `inference-service.yaml`, by name. Throws `CliError` BadManifest when there is none. */
export async function loadExamples(root: string, workingDirectory: string): Promise<Example[]> {
  const folders = (await readdir(root, { withFileTypes: true })).filter((entry) => entry.isDirectory());
  const examples: Example[] = [];
  for (const { name } of folders.toSorted((a, b) => a.name.localeCompare(b.name))) {
    const folder = join(root, name);
    const text = await readFile(join(folder, 'inference-service.yaml'), 'utf8').catch(() => undefined);
    if (text === undefined) continue;
    const [first] = parseManifests(text, join(folder, 'inference-service.yaml'));
    if (first === undefined) throw new CliError('BadManifest', `${folder}/inference-service.yaml holds no object`);
    const inputPath = join(folder, 'input.json');
    examples.push({
      name: first.object.metadata.name ?? name,
      folder,
      manifest: first.object,
      inputPath: relative(workingDirectory, inputPath),
      input: await readFile(inputPath, 'utf8'),
      expected: JSON.parse(await readFile(join(folder, 'expected.json'), 'utf8')) as Example['expected'],
    });
  }
  if (examples.length === 0) throw new CliError('BadManifest', `no example under ${root}`);
  return examples;
}

/** float32 results of another library: equal but for the last digits. */
const relativeTolerance = 1e-6;

/** Numbers within 1e-6 of each other relative to the larger one, everything else equal; says where they part. */
export function differenceOf(actual: unknown, expected: unknown, path = 'predictions'): string | undefined {
  if (typeof actual === 'number' && typeof expected === 'number') {
    const scale = Math.max(Math.abs(actual), Math.abs(expected));
    return Math.abs(actual - expected) <= relativeTolerance * scale
      ? undefined
      : `${path}: ${actual} instead of ${expected}`;
  }
  if (Array.isArray(actual) && Array.isArray(expected)) {
    if (actual.length !== expected.length) return `${path}: ${actual.length} entries instead of ${expected.length}`;
    for (const [index, value] of expected.entries()) {
      const found = differenceOf(actual[index], value, `${path}[${index}]`);
      if (found) return found;
    }
    return undefined;
  }
  if (isRecord(actual) && isRecord(expected)) {
    for (const key of new Set([...Object.keys(expected), ...Object.keys(actual)])) {
      const found = differenceOf(actual[key], expected[key], `${path}.${key}`);
      if (found) return found;
    }
    return undefined;
  }
  return Object.is(actual, expected)
    ? undefined
    : `${path}: ${JSON.stringify(actual)} instead of ${JSON.stringify(expected)}`;
}

function isRecord(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}
