import type { FieldErrors } from '../../../../schema/field-errors.ts';
import { readNumber, readObject, readObjects } from '../../../../schema/lenient.ts';
import type { StageCanary } from '../types.ts';

/** Each step sends more than the one before: a share that shrinks would be a rollback that nobody asked for. */
export function validateCanary(path: string, canary: StageCanary | undefined, errors: FieldErrors): void {
  let before = 0;
  for (const [index, step] of readObjects(readObject(canary)?.steps)) {
    const percent = readNumber(step.trafficPercent);
    if (percent === undefined) continue;
    if (percent <= before && percent >= 1) {
      errors.invalid(
        `${path}.steps[${index}].trafficPercent`,
        `must be more than ${before}, that of the step before; got ${percent}`,
      );
    }
    before = Math.max(before, percent);
  }
}
