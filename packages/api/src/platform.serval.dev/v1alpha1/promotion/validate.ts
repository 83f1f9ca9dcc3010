import { deepEqual, type Json } from '@serval/kube/objects';
import type { FieldError } from '@serval/kube/schema';
import { FieldErrors } from '../../../schema/field-errors.ts';
import { readObject, readText } from '../../../schema/lenient.ts';
import { validateNameAt } from '../../names.ts';
import { digestForm, digestPattern } from './schema.ts';
import type { Promotion, PromotionSpec } from './types.ts';

/** Fields of the spec that stay as they were written. */
const fixedFields = ['pipeline', 'service', 'from', 'digest', 'to'] as const;

/** Every error of a promotion that a schema cannot tell. `old` is the stored object of an update. */
export function validatePromotion(promotion: Promotion, old?: Promotion): FieldError[] {
  const errors = new FieldErrors();
  const spec = readObject(promotion.spec);
  if (!spec) return [];
  validateNameAt('spec.pipeline', spec.pipeline, 'stage', errors);
  validateNameAt('spec.service', spec.service, 'service', errors);
  validateNameAt('spec.from', spec.from, 'stage', errors);
  validateNameAt('spec.to', spec.to, 'stage', errors);
  validateSource(spec, errors);
  validateDigest('spec.digest', spec.digest, errors);
  const approval = readObject(spec.approval);
  validateDigest('spec.approval.digest', approval?.digest, errors);
  if (approval?.decision === 'Approved' && approval.digest === undefined) {
    errors.required('spec.approval.digest', 'must be the digest that is approved: that of the status');
  }
  const before = readObject(old?.spec);
  if (before) validateChange(spec, before, errors);
  return errors.list;
}

function validateSource({ from, digest, to }: PromotionSpec, errors: FieldErrors): void {
  if (from === undefined && digest === undefined) {
    errors.required('spec.from', 'must be the stage to promote from, unless digest says what to go back to');
  }
  if (from !== undefined && digest !== undefined) {
    errors.forbidden('spec.digest', 'must not be set beside from: either says what is promoted');
  }
  if (from !== undefined && from !== '' && from === to) errors.invalid('spec.to', 'must be another stage than from');
}

function validateDigest(path: string, value: unknown, errors: FieldErrors): void {
  const digest = readText(value);
  if (digest !== undefined && !digestPattern.test(digest)) errors.invalid(path, digestForm);
}

/** A request that changes after it was checked and approved would be another one. */
function validateChange(spec: PromotionSpec, before: PromotionSpec, errors: FieldErrors): void {
  for (const field of fixedFields) {
    if (!deepEqual(spec[field] as Json, before[field] as Json)) {
      errors.forbidden(`spec.${field}`, 'must not be changed: make another Promotion');
    }
  }
  if (before.approval !== undefined && !deepEqual(spec.approval as Json, before.approval as Json)) {
    errors.forbidden('spec.approval', 'must not be changed: a decision is made once. Make another Promotion');
  }
}
