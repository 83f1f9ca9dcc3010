import { badRequest } from '../registry/errors.ts';

/** True for anything but `false` and `0`, as `strconv`-like conversion upstream has it; absent is `undefined`. */
export function readBoolean(query: URLSearchParams, name: string): boolean | undefined {
  const value = query.get(name);
  if (value === null) return undefined;
  return value.toLowerCase() !== 'false' && value !== '0';
}

/** A whole number ≥ 0. Throws BadRequest. */
export function readCount(query: URLSearchParams, name: string): number | undefined {
  const value = query.get(name);
  if (value === null || value === '') return undefined;
  if (!/^\d{1,12}$/.test(value))
    throw badRequest(`the query parameter ${name} must be a whole number, got ${JSON.stringify(value)}`);
  return Number(value);
}

export function readText(query: URLSearchParams, name: string): string | undefined {
  return query.get(name) ?? undefined;
}

/** `dryRun=All` or nothing. */
export function readDryRun(values: readonly string[]): boolean {
  for (const value of values) {
    if (value !== 'All')
      throw badRequest(`dryRun: Unsupported value: ${JSON.stringify(value)}: supported values: "All"`);
  }
  return values.length > 0;
}

export function readFieldValidation(query: URLSearchParams): 'Ignore' | 'Warn' | 'Strict' {
  const value = query.get('fieldValidation') || 'Warn';
  if (value === 'Ignore' || value === 'Warn' || value === 'Strict') return value;
  throw badRequest(
    `fieldValidation: Unsupported value: ${JSON.stringify(value)}: supported values: "Ignore", "Strict", "Warn"`,
  );
}

/** The manager named in the query, else the client's name from its user agent, as upstream names it. */
export function readFieldManager(query: URLSearchParams, userAgent: string | undefined): string {
  const named = query.get('fieldManager');
  if (named) {
    if (named.length > 128) throw badRequest('fieldManager: Too long: may not be more than 128 bytes');
    if (/\p{C}/u.test(named)) throw badRequest('fieldManager: Invalid value: must only contain printable characters');
    return named;
  }
  return (userAgent ?? '').split('/')[0]?.slice(0, 128) || 'unknown';
}

const includeObjects = ['None', 'Metadata', 'Object'] as const;

/** How much of each object a Table carries; default Metadata. */
export function readIncludeObject(query: URLSearchParams): (typeof includeObjects)[number] {
  const value = query.get('includeObject') || 'Metadata';
  const known = includeObjects.find((each) => each === value);
  if (!known) throw badRequest(`unrecognized includeObject value: ${JSON.stringify(value)}`);
  return known;
}
