import { compilePattern, type FieldError } from '@serval/kube/schema';
import { FieldErrors } from '../../../schema/field-errors.ts';
import { readObject, readObjects, readText } from '../../../schema/lenient.ts';
import { workloadTypes } from './schema.ts';
import type { ClusterStorageContainer } from './types.ts';

/**
 * What would keep a storage container from ever being taken, or every service from being served: KServe compiles the
 * expressions of all of them when it looks for one.
 */
export function validateClusterStorageContainer({ spec }: ClusterStorageContainer): FieldError[] {
  const errors = new FieldErrors();
  for (const [index, format] of readObjects(readObject(spec)?.supportedUriFormats)) {
    const path = `spec.supportedUriFormats[${index}]`;
    const [prefix, regex] = [readText(format.prefix), readText(format.regex)];
    if (!prefix && !regex && !(format.prefix || format.regex)) errors.required(path, 'must have a prefix or a regex');
    const problem = regex ? patternProblem(regex) : undefined;
    if (problem) errors.invalid(`${path}.regex`, `must be a regular expression: ${problem}`);
  }
  const workloadType = readText(readObject(spec)?.workloadType);
  if (workloadType && !(workloadTypes as readonly string[]).includes(workloadType)) {
    errors.unsupported('spec.workloadType', workloadType, workloadTypes);
  }
  return errors.list;
}

function patternProblem(pattern: string): string | undefined {
  try {
    compilePattern(pattern);
    return undefined;
  } catch (error) {
    return error instanceof Error ? error.message : String(error);
  }
}
