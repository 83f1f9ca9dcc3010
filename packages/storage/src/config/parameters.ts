import type { Problem } from './model.ts';

type Fields = Readonly<Record<string, unknown>>;

/**
 * An entry with the parameters of a service over it. A parameter replaces the field of its name, whatever that holds (KServe). One with dots
 * goes into objects below fields and makes those that are missing (ModelMesh), unless a field has that very name; where something on the way
 * is no object, it becomes a field of its whole name, and `parameterProblems` says so.
 */
export function applyParameters(fields: Fields, parameters: Readonly<Record<string, string>>): Record<string, unknown> {
  let result: Record<string, unknown> = { ...fields };
  for (const [name, value] of Object.entries(parameters)) {
    result = (isPath(result, name) && withPath(result, name.split('.'), value)) || withField(result, name, value);
  }
  return result;
}

/** Parameters whose path leads through something that is no object (an error in ModelMesh). */
export function parameterProblems(fields: Fields, parameters: Readonly<Record<string, string>>): Problem[] {
  return Object.keys(parameters)
    .filter((name) => isPath(fields, name) && !withPath(fields, name.split('.'), ''))
    .map((name) => ({
      code: 'WrongValue',
      severity: 'error',
      field: name,
      message: `parameter "${name}" leads through a field that is no object, or to one that is no text`,
    }));
}

function isPath(fields: Fields, name: string): boolean {
  return name.includes('.') && !Object.hasOwn(fields, name);
}

/** `undefined` where something on the way is no object, or what is there is no text. */
function withPath(
  fields: Fields,
  [name, ...rest]: readonly string[],
  value: string,
): Record<string, unknown> | undefined {
  const old = Object.hasOwn(fields, name!) ? fields[name!] : undefined;
  if (rest.length === 0)
    return old === undefined || typeof old === 'string' ? withField(fields, name!, value) : undefined;
  if (old !== undefined && (typeof old !== 'object' || old === null || Array.isArray(old))) return undefined;
  const inner = withPath((old ?? {}) as Fields, rest, value);
  return inner && withField(fields, name!, inner);
}

/** By a pair, so that `__proto__` is a name like others. */
function withField(fields: Fields, name: string, value: unknown): Record<string, unknown> {
  return Object.fromEntries([...Object.entries(fields), [name, value]]);
}
