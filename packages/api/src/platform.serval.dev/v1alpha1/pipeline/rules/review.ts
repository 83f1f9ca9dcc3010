import type { FieldErrors } from '../../../../schema/field-errors.ts';
import { readObject, readText } from '../../../../schema/lenient.ts';
import { validateCredentialLayer } from '../../../credentials/validate.ts';
import { validateNameAt } from '../../../names.ts';
import { reservedNamespaceProblem } from '../../../reserved-namespaces.ts';
import type { PipelineReview } from '../types.ts';

const leastMinutes = 10;
const mostMinutes = 720 * 60;
/** A namespace has 63 characters; what tells environments apart needs some of them. */
const maxPrefixLength = 40;

/** Short-lived environments. */
export function validateReview(path: string, given: PipelineReview | undefined, errors: FieldErrors): void {
  const review = readObject(given);
  if (!review) return;
  const ttl = readText(review.ttl);
  const minutes = ttl === undefined ? undefined : parseTtlMinutes(ttl);
  if (ttl !== undefined && minutes === undefined) {
    errors.invalid(`${path}.ttl`, 'must be hours and minutes, such as 90m, 24h or 1h30m');
  } else if (minutes !== undefined && (minutes < leastMinutes || minutes > mostMinutes)) {
    errors.invalid(`${path}.ttl`, `must be from ${leastMinutes}m to ${mostMinutes / 60}h; got ${ttl}`);
  }
  const prefix = validateNameAt(`${path}.namespacePrefix`, review.namespacePrefix, 'namespace', errors);
  if (prefix !== undefined) {
    const problem =
      prefix.length > maxPrefixLength
        ? `must have at most ${maxPrefixLength} characters; it has ${prefix.length}`
        : reservedNamespaceProblem(`${prefix}-`);
    if (problem) errors.invalid(`${path}.namespacePrefix`, problem);
  }
  validateCredentialLayer(path, review, errors);
}

/** Minutes of `90m`, `24h` or `1h30m`; undefined for what is none of these. */
export function parseTtlMinutes(ttl: string): number | undefined {
  const [, hours, minutes] = /^(?:(\d{1,6})h)?(?:(\d{1,6})m)?$/.exec(ttl) ?? [];
  if (hours === undefined && minutes === undefined) return undefined;
  return Number(hours ?? 0) * 60 + Number(minutes ?? 0);
}
