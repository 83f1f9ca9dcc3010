import type { IntOrString } from './pod.ts';

const percentage = /^(\d{1,9})%$/;

/**
 * A number, or a share of `total` as in `maxSurge: 25%`; a share that is not whole is rounded up or down as asked
 * (`intstr.GetScaledValueFromIntOrPercent`).
 *
 * @throws RangeError when a string is not a percentage.
 */
export function scaledValue(value: IntOrString, total: number, rounding: 'up' | 'down'): number {
  if (typeof value === 'number') return value;
  const percent = percentage.exec(value)?.[1];
  if (percent === undefined) {
    throw new RangeError(`"${value}" is neither a whole number nor a percentage such as 25%`);
  }
  const share = (Number(percent) * total) / 100;
  return rounding === 'up' ? Math.ceil(share) : Math.floor(share);
}

export function isPercentage(value: unknown): value is string {
  return typeof value === 'string' && percentage.test(value);
}
