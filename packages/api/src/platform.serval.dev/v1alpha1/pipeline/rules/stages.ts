import type { FieldErrors } from '../../../../schema/field-errors.ts';
import { readObjects, readText } from '../../../../schema/lenient.ts';
import { validateNameAt } from '../../../names.ts';
import { reservedNamespaceProblem } from '../../../reserved-namespaces.ts';
import { reviewStageName } from '../schema.ts';
import type { PipelineSpec } from '../types.ts';

/**
 * Names and namespaces of stages: a namespace for each, none of the system's or the platform's, and it stays with its stage. That names
 * differ is the schema's business.
 */
export function validateStages(
  spec: PipelineSpec | undefined,
  old: PipelineSpec | undefined,
  errors: FieldErrors,
): void {
  const before = new Map(
    readObjects(old?.stages).map(([, { name, namespace }]) => [readText(name), readText(namespace)]),
  );
  const namespaces = new Map<string, number>();
  for (const [index, stage] of readObjects(spec?.stages)) {
    const path = `spec.stages[${index}]`;
    const name = validateNameAt(`${path}.name`, stage.name, 'stage', errors);
    if (name === reviewStageName) {
      errors.invalid(`${path}.name`, `must not be ${reviewStageName}, to which environments of their own are promoted`);
    }
    const namespace = validateNameAt(`${path}.namespace`, stage.namespace, 'namespace', errors);
    if (namespace === undefined) continue;
    const reserved = reservedNamespaceProblem(namespace);
    const stored = name === undefined ? undefined : before.get(name);
    const first = namespaces.get(namespace);
    if (first === undefined) namespaces.set(namespace, index);
    if (reserved) errors.forbidden(`${path}.namespace`, reserved);
    else if (stored !== undefined && stored !== namespace) {
      errors.forbidden(
        `${path}.namespace`,
        `must stay ${stored}, where services of the stage live; make another stage`,
      );
    } else if (first !== undefined) {
      errors.duplicate(`${path}.namespace`, `must be of one stage; ${namespace} is that of stages[${first}] already`);
    }
  }
}
