import type { FieldError } from '@serval/kube/schema';
import { FieldErrors } from '../../../schema/field-errors.ts';
import { readObject, readObjects, readText } from '../../../schema/lenient.ts';
import { validateNameAt } from '../../names.ts';
import type { CredentialGrant, CredentialGrantFrom } from './types.ts';

/** Every error of a grant that a schema cannot tell. */
export function validateCredentialGrant({ spec: given }: CredentialGrant): FieldError[] {
  const errors = new FieldErrors();
  const spec = readObject(given);
  const pipelines = new Map<string, number>();
  for (const [index, from] of readObjects(spec?.from)) {
    const path = `spec.from[${index}]`;
    const namespace = validateNameAt(`${path}.namespace`, from.namespace, 'namespace', errors);
    const name = validateNameAt(`${path}.name`, from.name, 'object', errors);
    if (namespace !== undefined && name !== undefined)
      refuseSecond(pipelines, `${namespace}/${name}`, index, 'from', errors);
    validateStages(path, from, errors);
  }
  const secrets = new Map<string, number>();
  for (const [index, to] of readObjects(spec?.to)) {
    const name = validateNameAt(`spec.to[${index}].name`, to.name, 'object', errors);
    if (name !== undefined) refuseSecond(secrets, name, index, 'to', errors);
  }
  return errors.list;
}

/** Two entries for one would say two things of it, and taking one away would revoke nothing. */
function refuseSecond(
  seen: Map<string, number>,
  key: string,
  index: number,
  list: 'from' | 'to',
  errors: FieldErrors,
): void {
  const first = seen.get(key);
  if (first === undefined) seen.set(key, index);
  else errors.duplicate(`spec.${list}[${index}].name`, `must be named once; ${list}[${first}] names it too`);
}

function validateStages(path: string, { stages }: CredentialGrantFrom, errors: FieldErrors): void {
  for (const [index, stage] of (Array.isArray(stages) ? stages : []).entries()) {
    const at = `${path}.stages[${index}]`;
    if (readText(stage) === '*') errors.invalid(at, 'must name a stage; leave stages out for all of the pipeline');
    else validateNameAt(at, stage, 'stage', errors);
  }
}
