import { type UnknownField, unknownFields } from '@serval/api';
import type { KubeObject } from '@serval/kube/objects';
import type { FieldError } from '@serval/kube/schema';
import type { AdmissionRequest } from './admission-review.ts';

/** API servers cut what is told beyond a few thousand characters. */
const maxWarnings = 20;

export interface UnknownFieldsAnswer {
  /** For requests with field validation Strict. */
  errors: FieldError[];
  /** For those with Warn, or with none, which means Warn. */
  warnings: string[];
}

/**
 * What the request is told of fields that the API server could not know to be wrong, because the CRD keeps the parts they are in open. A
 * cluster may be newer than our table of Pod fields, so it is the sender who decides what an unknown one is, as with those that the API
 * server finds itself.
 *
 * @param isOurs  which of them this webhook speaks of. Default: all.
 */
export function answerUnknownFields(
  { object, oldObject, options }: AdmissionRequest,
  isOurs: (field: UnknownField) => boolean = () => true,
): UnknownFieldsAnswer {
  const fieldValidation = options?.fieldValidation;
  if (fieldValidation === 'Ignore') return { errors: [], warnings: [] };
  const found = unknownFields(object as KubeObject, oldObject ?? undefined).filter(isOurs);
  if (fieldValidation === 'Strict') return { errors: found.map(strictError), warnings: [] };
  return { errors: [], warnings: found.slice(0, maxWarnings).map(sentence) };
}

function strictError(field: UnknownField): FieldError {
  return { path: field.path, reason: 'FieldValueInvalid', message: `strict decoding error: ${sentence(field)}` };
}

/** In the words of API servers, with what was probably meant. */
function sentence({ path, meant }: UnknownField): string {
  return `unknown field ${JSON.stringify(path)}${meant ? `; did you mean ${JSON.stringify(meant)}?` : ''}`;
}
