import { isDeepStrictEqual } from 'node:util';
import type { Secret } from '@serval/kube/objects';
import type { FieldError } from '@serval/kube/schema';
import { type Problem, parseStorageConfig } from '@serval/storage/config';
import type { ServingConfig } from '../config/serving-config.ts';
import { isDeprecatedUse, problemsOf } from './deprecated-uses.ts';
import { migrateCommand } from './names.ts';
import { secretTexts } from './secret-texts.ts';

export interface Verdict {
  readonly errors: FieldError[];
  readonly warnings: string[];
}

/** What only says that other objects are not there yet: they may be applied later. */
const ofOthers = new Set<string>(['NotFound']);
/** A half that is missing is no fault while people are moving. */
const quietInDual = new Set<string>(['HalfMissing']);

/**
 * Checks a Secret with storage entries. What was wrong before and did not change may stay, and is told as a warning: who labels a Secret
 * need not mend it. No text of the Secret is part of any message.
 */
export function reviewSecret(
  secret: Secret,
  old: Secret | undefined,
  stage: ServingConfig['credentials']['certificateFields'],
  now: Date,
): Verdict {
  const namespace = secret.metadata.namespace ?? 'default';
  const parse = (object: Secret) => parseStorageConfig(secretTexts(object), { now });
  const before = old ? problemsOf(parse(old)) : [];
  const isOld = (problem: Problem) =>
    old !== undefined &&
    before.some(({ code, key, field }) => code === problem.code && key === problem.key && field === problem.field) &&
    isUnchanged(secretTexts(secret), secretTexts(old), problem);

  const errors: FieldError[] = [];
  const warnings: string[] = [];
  for (const problem of problemsOf(parse(secret))) {
    if (ofOthers.has(problem.code) || (stage === 'Dual' && quietInDual.has(problem.code))) continue;
    const isUse = isDeprecatedUse(problem);
    if (isUse && stage === 'Dual') continue;
    const message = isUse ? `${problem.message}; mend it with: ${migrateCommand(namespace)}` : problem.message;
    const refuses = isUse ? stage === 'Strict' : problem.severity === 'error';
    if (refuses && !isOld(problem)) errors.push({ path: pathOf(problem), reason: 'FieldValueInvalid', message });
    else warnings.push(`${pathOf(problem)}: ${message}`);
  }
  return { errors, warnings };
}

function pathOf({ key, field }: Problem): string {
  return key === undefined ? 'data' : `data[${key}]${field === undefined ? '' : `.${field}`}`;
}

/** Whether the place that a problem is about says what it said before. */
function isUnchanged(texts: Record<string, string>, before: Record<string, string>, { key, field }: Problem): boolean {
  if (key === undefined) return isDeepStrictEqual(texts, before);
  if (texts[key] === before[key]) return true;
  if (field === undefined) return false;
  const [one, other] = [fieldOf(texts[key], field), fieldOf(before[key], field)];
  return one !== undefined && isDeepStrictEqual(one, other);
}

function fieldOf(text: string | undefined, field: string): unknown {
  try {
    return (JSON.parse(text ?? '') as Record<string, unknown>)[field];
  } catch {
    return undefined;
  }
}
