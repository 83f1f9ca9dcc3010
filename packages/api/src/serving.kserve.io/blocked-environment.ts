import type { Container } from '@serval/kube/objects';
import type { FieldErrors } from '../schema/field-errors.ts';
import { readObject, readObjects } from '../schema/lenient.ts';

/** Variables by which a service could make a server run code that is not the server's (KServe's list). */
const blockedVariables: ReadonlySet<string> = new Set(['PYTHONPATH']);

/** No container of the list sets one of them. */
export function validateEnvironments(
  path: string,
  containers: readonly Container[] | undefined,
  errors: FieldErrors,
): void {
  for (const [index, container] of readObjects(containers)) validateEnvironment(`${path}[${index}]`, container, errors);
}

/** The container, or what stands in its place, sets none of them. */
export function validateEnvironment(
  path: string,
  container: Partial<Container> | undefined,
  errors: FieldErrors,
): void {
  for (const [index, { name }] of readObjects(readObject(container)?.env)) {
    if (blockedVariables.has(name)) {
      errors.forbidden(
        `${path}.env[${index}].name`,
        `must not be ${name}, by which other code than the image's could be run`,
      );
    }
  }
}
