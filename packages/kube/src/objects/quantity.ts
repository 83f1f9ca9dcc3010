/** How a quantity was written, which is how it is written again (`resource.Format`). */
export type QuantityFormat = 'BinarySI' | 'DecimalSI' | 'DecimalExponent';

/** `resource.Quantity`: exact, in units of 1e-9. */
export interface Quantity {
  readonly nano: bigint;
  readonly format: QuantityFormat;
}

export class QuantityError extends Error {
  override readonly name = 'QuantityError';
}

const NANO = 1_000_000_000n;
/** Larger values are capped here, as the API machinery does (2^63 − 1). */
const MAX_NANO = (2n ** 63n - 1n) * NANO;
/** Longer texts are refused; a canonical quantity has at most 21 characters. */
const MAX_LENGTH = 128;

const binaryExponent: Record<string, number> = { Ki: 10, Mi: 20, Gi: 30, Ti: 40, Pi: 50, Ei: 60 };
const decimalExponent: Record<string, number> = { n: -9, u: -6, m: -3, '': 0, k: 3, M: 6, G: 9, T: 12, P: 15, E: 18 };
const decimalSuffix = new Map(Object.entries(decimalExponent).map(([suffix, exponent]) => [exponent, suffix]));
const binarySuffixes = ['', 'Ki', 'Mi', 'Gi', 'Ti', 'Pi', 'Ei'] as const;
const shape = /^([+-]?)(\d*)(?:\.(\d*))?((?:[KMGTPE]i)|[numkMGTPE]|(?:[eE][+-]?\d{1,18}))?$/;

/**
 * Reads `500m`, `1.5Gi`, `1e3`, `0.1`; a JSON number counts as its text. What is finer than 1e-9 is rounded away from zero,
 * what is beyond 2^63 − 1 is capped (`resource.ParseQuantity`).
 *
 * @throws QuantityError for anything else.
 */
export function parseQuantity(text: string | number): Quantity {
  const written = String(text);
  const match = written.length <= MAX_LENGTH ? shape.exec(written) : null;
  const [, sign = '', whole = '', fraction = '', suffix = ''] = match ?? [];
  if (!match || whole + fraction === '') {
    throw new QuantityError(
      `"${written.slice(0, MAX_LENGTH)}" is not a quantity; expected a number with an optional suffix, such as 500m, 2, 1.5Gi or 1e3`,
    );
  }
  const digits = BigInt(whole + fraction);
  const binary = binaryExponent[suffix];
  const format = binary !== undefined ? 'BinarySI' : /^[eE]./.test(suffix) ? 'DecimalExponent' : 'DecimalSI';
  const exponent = format === 'DecimalExponent' ? Number(suffix.slice(1)) : (decimalExponent[suffix] ?? 0);
  const nano = scaleToNano(digits << BigInt(binary ?? 0), exponent - fraction.length + 9);
  return { nano: sign === '-' ? -nano : nano, format };
}

/** `digits × 10^power`, rounded up, capped. `digits` is not negative and of bounded length. */
function scaleToNano(digits: bigint, power: number): bigint {
  if (digits === 0n) return 0n;
  // Beyond these powers the result is the cap or the smallest value anyway, and 10^power would be huge.
  if (power > 60) return MAX_NANO;
  if (power < -(MAX_LENGTH + 60)) return 1n;
  const scaled = power >= 0 ? digits * 10n ** BigInt(power) : divideUp(digits, 10n ** BigInt(-power));
  return scaled > MAX_NANO ? MAX_NANO : scaled;
}

function divideUp(value: bigint, by: bigint): bigint {
  const floor = value / by;
  return value % by > 0n ? floor + 1n : floor;
}

export function isQuantity(value: unknown): value is string | number {
  if (typeof value !== 'string' && typeof value !== 'number') return false;
  const written = String(value);
  return written.length <= MAX_LENGTH && shape.test(written) && /^[+-]?\.?\d/.test(written);
}

/** The canonical text: no fraction, the largest suffix that stays exact (`Quantity.String`). */
export function formatQuantity({ nano, format }: Quantity): string {
  if (nano === 0n) return '0';
  const small = nano > -1024n * NANO && nano < 1024n * NANO;
  // Fractions have no binary form; small numbers read the same without a suffix.
  if (format === 'BinarySI' && !small && nano % NANO === 0n) return formatBinary(nano / NANO);
  let mantissa = nano;
  let exponent = -9;
  while (mantissa % 1000n === 0n && exponent < 18) {
    mantissa /= 1000n;
    exponent += 3;
  }
  if (format === 'DecimalExponent') return exponent === 0 ? `${mantissa}` : `${mantissa}e${exponent}`;
  return `${mantissa}${decimalSuffix.get(exponent)}`;
}

function formatBinary(value: bigint): string {
  let mantissa = value;
  let step = 0;
  while (mantissa % 1024n === 0n && step < binarySuffixes.length - 1) {
    mantissa /= 1024n;
    step += 1;
  }
  return `${mantissa}${binarySuffixes[step]}`;
}

/** Negative, zero or positive, as `a` is less than, equal to or greater than `b`. */
export function compareQuantities(a: Quantity | string | number, b: Quantity | string | number): number {
  const left = quantityOf(a).nano;
  const right = quantityOf(b).nano;
  return left < right ? -1 : left > right ? 1 : 0;
}

/** The sum, in the format of `a` (of `b` where `a` is zero). */
export function addQuantities(a: Quantity, b: Quantity): Quantity {
  return { nano: a.nano + b.nano, format: a.nano === 0n ? b.format : a.format };
}

/** The nearest double. Exact up to 2^53. */
export function quantityToNumber(value: Quantity | string | number): number {
  const { nano } = quantityOf(value);
  return nano % NANO === 0n ? Number(nano / NANO) : Number(nano) / 1e9;
}

/** Thousandths, rounded away from zero (`Quantity.MilliValue`): 1 CPU is 1000. */
export function quantityToMilli(value: Quantity | string | number): number {
  const { nano } = quantityOf(value);
  return nano < 0n ? -Number(divideUp(-nano, 1_000_000n)) : Number(divideUp(nano, 1_000_000n));
}

function quantityOf(value: Quantity | string | number): Quantity {
  return typeof value === 'object' ? value : parseQuantity(value);
}
