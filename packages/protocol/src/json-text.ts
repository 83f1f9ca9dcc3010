import { ProtocolError, shown } from './errors.ts';

// Only a whole number of 16 digits or more can lie beyond what a double holds exactly.
const LONG_INTEGER = /[[,:\s-]\d{16,}[\s,\]}]/;

/**
 * A JSON object. Whole numbers that a double cannot hold exactly become `bigint`, so that 64-bit integers stay exact.
 * Throws `ProtocolError` when the text is not a JSON object.
 */
export function parseJsonObject(text: string): Record<string, unknown> {
  let value: unknown;
  try {
    value = LONG_INTEGER.test(text) ? JSON.parse(text, keepLongIntegers) : JSON.parse(text);
  } catch (cause) {
    throw new ProtocolError(`the body is not valid JSON: ${reason(text, cause)}`, { cause });
  }
  if (typeof value !== 'object' || value === null || Array.isArray(value)) {
    throw new ProtocolError(`the body must be a JSON object, got ${shown(value)}`);
  }
  return value as Record<string, unknown>;
}

function keepLongIntegers(_key: string, value: unknown, context?: { source?: string }): unknown {
  if (typeof value !== 'number' || Number.isSafeInteger(value)) return value;
  const source = context?.source;
  return source !== undefined && /^-?\d+$/.test(source) ? BigInt(source) : value;
}

function reason(text: string, cause: unknown): string {
  if (text.length === 0) return 'it is empty';
  if (/[[,:\s](NaN|-?Infinity)\b/.test(text)) return 'NaN and Infinity are not JSON; use null for a missing value';
  return cause instanceof Error ? cause.message : String(cause);
}
