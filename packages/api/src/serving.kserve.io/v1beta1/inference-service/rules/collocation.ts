import type { FieldErrors } from '../../../../schema/field-errors.ts';
import { readObjects } from '../../../../schema/lenient.ts';
import type { PredictorSpec } from '../types.ts';
import { storageVariable } from './storage.ts';

/** Among a predictor's containers, the one that transforms for it. */
const transformerContainerName = 'transformer-container';

/** A transformer in the predictor's own Pod has no model of its own (KServe's validateCollocationStorageURI). */
export function validateCollocation(path: string, predictor: PredictorSpec, errors: FieldErrors): void {
  for (const [index, container] of readObjects(predictor.containers)) {
    if (container.name !== transformerContainerName) continue;
    const variable = storageVariable(`${path}.containers[${index}]`, container);
    if (variable)
      errors.forbidden(variable, `must not be set in ${transformerContainerName}: the model is the predictor's`);
  }
}
