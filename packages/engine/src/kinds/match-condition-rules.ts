import { compileExpression, createCelEnvironment } from '@serval/kube/cel';
import { type AnyObject, deepEqual } from '@serval/kube/objects';
import { type FieldError, fieldErrors } from '@serval/kube/schema';

interface Condition {
  name?: string;
  expression?: string;
}

/** What upstream allows for one webhook. */
const maxConditions = 64;

/** Conditions of webhooks that cannot be compiled, or have no name. Those that are stored already stay. */
export function validateMatchConditions(object: AnyObject, old?: AnyObject): FieldError[] {
  const webhooks = (object['webhooks'] ?? []) as { matchConditions?: Condition[] }[];
  if (!webhooks.some(({ matchConditions }) => matchConditions?.length)) return [];
  if (deepEqual(object['webhooks'], old?.['webhooks'])) return [];
  const environment = createCelEnvironment(['object', 'oldObject', 'request']);
  return webhooks.flatMap(({ matchConditions = [] }, index) => {
    const path = `webhooks[${index}].matchConditions`;
    if (matchConditions.length > maxConditions) {
      return [fieldErrors.tooMany(path, matchConditions.length, maxConditions)];
    }
    return matchConditions.flatMap(({ name, expression }, at) => {
      const errors: FieldError[] = [];
      if (!name) errors.push(fieldErrors.required(`${path}[${at}].name`));
      if (!expression?.trim()) errors.push(fieldErrors.required(`${path}[${at}].expression`));
      else {
        const compiled = compileExpression(environment, expression, ['bool']);
        if ('error' in compiled) {
          errors.push(fieldErrors.invalid(`${path}[${at}].expression`, expression, compiled.error));
        }
      }
      return errors;
    });
  });
}
