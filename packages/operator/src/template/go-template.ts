/** What a template may read: fields of the service's metadata (and `IngressDomain` in domain templates). */
export interface TemplateValues {
  readonly [field: string]: string | Readonly<Record<string, string>> | undefined;
}

export class TemplateError extends Error {
  override readonly name = 'TemplateError';
}

/** Longer values would only be a mistake; the limit keeps a template's cost in hand. */
const maxTemplateLength = 65_536;
const action = /\{\{-?\s*([\s\S]*?)\s*-?\}\}/g;
const path = /^\.([A-Za-z]\w*)(?:\.([A-Za-z_]\w*))?$/;
const indexed = /^index\s+\.([A-Za-z]\w*)\s+"([^"\\]*)"$/;

/**
 * The text with `{{.Name}}`, `{{.Namespace}}`, `{{.Labels.x}}`, `{{.Annotations.x}}` and `{{index .Labels "a/b"}}` filled
 * in: the part of Go templates that serving runtimes use. A missing label gives the empty text, as an absent key of a
 * string map does in Go.
 *
 * @throws TemplateError for anything else, naming the action.
 */
export function evaluateTemplate(text: string, values: TemplateValues): string {
  if (!text.includes('{{')) return text;
  if (text.length > maxTemplateLength) {
    throw new TemplateError(`a template may have ${maxTemplateLength} characters, this one has ${text.length}`);
  }
  const result = text.replace(action, (whole, expression: string) => evaluateAction(whole, expression, values));
  return result;
}

function evaluateAction(whole: string, expression: string, values: TemplateValues): string {
  const match = path.exec(expression) ?? indexed.exec(expression);
  const field = match?.[1];
  const known = Object.keys(values)
    .map((name) => (typeof values[name] === 'string' ? `.${name}` : `.${name}.x`))
    .join(', ');
  if (!field || !Object.hasOwn(values, field)) {
    throw new TemplateError(`cannot evaluate ${whole}; known are ${known}`);
  }
  const value = values[field];
  const key = match[2];
  if (typeof value === 'string') {
    if (key !== undefined) throw new TemplateError(`cannot evaluate ${whole}: .${field} is a text; known are ${known}`);
    return value;
  }
  if (key === undefined)
    throw new TemplateError(`cannot evaluate ${whole}: .${field} has many values, name one; known are ${known}`);
  return value && Object.hasOwn(value, key) ? (value[key] ?? '') : '';
}

/** Every string inside a JSON value evaluated; anything else as it is. */
export function evaluateTemplates<T>(value: T, values: TemplateValues): T {
  if (typeof value === 'string') return evaluateTemplate(value, values) as T;
  if (Array.isArray(value)) return value.map((item) => evaluateTemplates(item, values)) as T;
  if (typeof value === 'object' && value !== null) {
    return Object.fromEntries(
      Object.entries(value).map(([key, inner]) => [key, evaluateTemplates(inner, values)]),
    ) as T;
  }
  return value;
}
