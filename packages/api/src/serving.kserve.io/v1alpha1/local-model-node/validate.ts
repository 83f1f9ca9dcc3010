import type { FieldError } from '@serval/kube/schema';
import { FieldErrors } from '../../../schema/field-errors.ts';
import { readObject, readObjects } from '../../../schema/lenient.ts';
import type { LocalModelNode } from './types.ts';

/**
 * Every error of a node's models that a schema cannot tell: its agent keeps each under the name of its cache, so one of two with
 * the same name in the same group would replace the other.
 */
export function validateLocalModelNode({ spec }: LocalModelNode): FieldError[] {
  const errors = new FieldErrors();
  const seen = new Map<string, unknown>();
  for (const [index, model] of readObjects(readObject(spec)?.localModels)) {
    const path = `spec.localModels[${index}]`;
    if (model.modelName === '') errors.required(`${path}.modelName`, 'must name the cache that asks for the model');
    if (model.sourceModelUri === '') errors.required(`${path}.sourceModelUri`, 'must say where the model is');
    const key = JSON.stringify([model.namespace ?? '', model.modelName, model.nodeGroup ?? '']);
    if (seen.has(key) && seen.get(key) !== model.sourceModelUri) {
      errors.duplicate(
        `${path}.modelName`,
        `must stand for one source per namespace and node group, ${JSON.stringify(model.modelName)} stands for two`,
      );
    }
    seen.set(key, model.sourceModelUri);
  }
  return errors.list;
}
