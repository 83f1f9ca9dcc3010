import { checkDns1035Label, checkDns1123Label, checkDns1123Subdomain, type NameCheck } from '@serval/kube/objects';
import type { FieldErrors } from '../schema/field-errors.ts';
import { readText } from '../schema/lenient.ts';

/** What a name has to look like, by what is named. */
export const nameRules = {
  namespace: checkDns1123Label,
  stage: checkDns1123Label,
  object: checkDns1123Subdomain,
  service: checkDns1035Label,
} satisfies Record<string, NameCheck>;

/** Adds what is wrong with the name at a path. What is absent, empty or no text is the schema's business. */
export function validateNameAt(
  path: string,
  value: unknown,
  rule: keyof typeof nameRules,
  errors: FieldErrors,
): string | undefined {
  const name = readText(value);
  if (name === undefined || name === '') return undefined;
  const problem = nameRules[rule](name);
  if (!problem) return name;
  errors.invalid(path, `${problem}; got ${JSON.stringify(name.slice(0, maxShown))}`);
  return undefined;
}

const maxShown = 64;
