import { compareQuantities, isQuantity } from '@serval/kube/objects';
import type { FieldError } from '@serval/kube/schema';
import { FieldErrors } from '../../../schema/field-errors.ts';
import { readObject } from '../../../schema/lenient.ts';
import type { LocalModelNodeGroup } from './types.ts';

/** Every error of a node group that a schema cannot tell. */
export function validateLocalModelNodeGroup(group: LocalModelNodeGroup): FieldError[] {
  const errors = new FieldErrors();
  const spec = readObject(group.spec);
  const limit = spec?.storageLimit;
  if (isQuantity(limit) && compareQuantities(limit, 0) <= 0) {
    errors.invalid('spec.storageLimit', `must be more than 0, got ${limit}`);
  }
  return errors.list;
}
