/**
 * The fields of an entry with the parameters of a service over them. A name with dots reaches into objects, as entries of
 * ModelMesh have them (`headers.X-Team`); where there is no object on the way, it is a field of that name.
 */
export function applyParameters(
  fields: Readonly<Record<string, unknown>>,
  parameters: Readonly<Record<string, string>>,
): Record<string, unknown> {
  let result: Record<string, unknown> = { ...fields };
  for (const [name, value] of Object.entries(parameters)) result = withField(result, name, value);
  return result;
}

function withField(fields: Record<string, unknown>, name: string, value: string): Record<string, unknown> {
  const dot = name.indexOf('.');
  const head = name.slice(0, dot);
  const inner = dot > 0 && Object.hasOwn(fields, head) ? fields[head] : undefined;
  if (typeof inner !== 'object' || inner === null || Array.isArray(inner)) return { ...fields, [name]: value };
  return { ...fields, [head]: withField(inner as Record<string, unknown>, name.slice(dot + 1), value) };
}
