import { compareQuantities, isQuantity } from '@serval/kube/objects';
import { fieldPath } from '@serval/kube/schema';
import type { FieldErrors } from '../../../../schema/field-errors.ts';
import { readNumber, readObject, readObjects, readText } from '../../../../schema/lenient.ts';
import { storageUriProblem } from '../../../../serving.kserve.io/v1beta1/inference-service/storage-uri.ts';
import { validateNameAt } from '../../../names.ts';
import { everyService } from '../stage-schema.ts';
import type { StageOverride } from '../types.ts';

/** What differs in a stage, service by service; that each is there once is the schema's business. */
export function validateOverrides(
  path: string,
  overrides: readonly StageOverride[] | undefined,
  errors: FieldErrors,
): void {
  for (const [index, override] of readObjects(overrides)) {
    const at = `${path}[${index}]`;
    const service = readText(override.service);
    if (service !== everyService) validateNameAt(`${at}.service`, service, 'service', errors);
    validateReplicas(at, override, errors);
    validateResources(`${at}.resources`, override, errors);
    const uri = readText(override.storageUri);
    if (uri === undefined) continue;
    const problem = storageUriProblem(uri);
    if (service === everyService) {
      errors.forbidden(`${at}.storageUri`, 'must be given for one service: others have other models');
    } else if (problem) errors.invalid(`${at}.storageUri`, problem);
  }
}

function validateReplicas(path: string, { minReplicas, maxReplicas }: StageOverride, errors: FieldErrors): void {
  const [least, most] = [readNumber(minReplicas), readNumber(maxReplicas)];
  // 0 is no limit, as in services.
  if (least !== undefined && most !== undefined && most > 0 && most < least) {
    errors.invalid(`${path}.maxReplicas`, `must be at least minReplicas, ${least}; got ${most}`);
  }
}

function validateResources(path: string, { resources }: StageOverride, errors: FieldErrors): void {
  const requests = readObject(readObject(resources)?.requests);
  const limits = readObject(readObject(resources)?.limits);
  for (const [name, request] of Object.entries(requests ?? {})) {
    const limit = limits && Object.hasOwn(limits, name) ? limits[name] : undefined;
    if (isQuantity(request) && isQuantity(limit) && compareQuantities(request, limit) > 0) {
      errors.invalid(fieldPath(`${path}.requests`, name), `must be at most the limit, ${limit}; got ${request}`);
    }
  }
}
