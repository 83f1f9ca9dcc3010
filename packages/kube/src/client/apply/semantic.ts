import { compareQuantities, isQuantity } from '../../objects/quantity.ts';

/** Fields whose values, or the values inside of them, are quantities: the server writes those in its own way. */
const quantityField =
  /(?:^|[.\]])(?:limits|requests|capacity|allocatable|hard|overhead|min|max|default|defaultRequest)\.[^.]+$|\.(?:sizeLimit|divisor|averageValue|value|storage)$/;

/** Equality of what is rendered with what the server answers: quantities by amount, null and empty as absent. */
export function agree(desired: unknown, live: unknown, path: string): boolean {
  return compare(desired, live, path, 'exact');
}

/** Is everything that is rendered there? Maps may hold more; lists must be of the same length. */
export function covers(live: unknown, desired: unknown, path: string): boolean {
  return compare(desired, live, path, 'covered');
}

function compare(desired: unknown, live: unknown, path: string, mode: 'exact' | 'covered'): boolean {
  if (desired === live) return true;
  if (isEmpty(desired)) return isEmpty(live) || (mode === 'covered' && isPlainObject(desired) && isPlainObject(live));
  if (Array.isArray(desired)) {
    if (!Array.isArray(live) || live.length !== desired.length) return false;
    return desired.every((item, index) => compare(item, live[index], `${path}[]`, mode));
  }
  if (isPlainObject(desired)) {
    if (!isPlainObject(live)) return false;
    const wanted = Object.keys(desired);
    if (!wanted.every((field) => compare(desired[field], live[field], `${path}.${field}`, mode))) return false;
    return mode === 'covered' || Object.keys(live).every((field) => isEmpty(live[field]) || !isEmpty(desired[field]));
  }
  return quantityField.test(path) && isQuantity(desired) && isQuantity(live) && compareQuantities(desired, live) === 0;
}

function isEmpty(value: unknown): boolean {
  return value === undefined || value === null || (typeof value === 'object' && Object.keys(value).length === 0);
}

export function isPlainObject(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}
