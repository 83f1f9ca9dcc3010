import { SelectorError } from './selector.ts';

/** `metadata.name=web` or `status.phase!=Running`. */
export interface FieldRequirement {
  readonly field: string;
  readonly operator: '=' | '!=';
  readonly value: string;
}

/**
 * Parses `a=b,c!=d,e==f`; `\,`, `\=` and `\\` stand for themselves in values (`fields.ParseSelector`).
 *
 * @throws SelectorError for a term without operator, or a bad escape.
 */
export function parseFieldSelector(text: string): FieldRequirement[] {
  return splitTerms(text)
    .filter((term) => term !== '')
    .map((term) => {
      const match = /^(.*?)(!=|==|=)(.*)$/s.exec(term);
      if (!match || match[1] === '') {
        throw new SelectorError(`invalid field selector "${text}": can't understand "${term}"; expected field=value`);
      }
      const [, field = '', operator, value = ''] = match;
      return { field, operator: operator === '!=' ? '!=' : '=', value: unescapeValue(value, text) };
    });
}

function splitTerms(text: string): string[] {
  const terms: string[] = [];
  let start = 0;
  for (let at = 0; at < text.length; at += 1) {
    if (text[at] === '\\') at += 1;
    else if (text[at] === ',') {
      terms.push(text.slice(start, at));
      start = at + 1;
    }
  }
  terms.push(text.slice(start));
  return terms;
}

function unescapeValue(value: string, text: string): string {
  const plain = value.replace(/\\([\\,=])/g, '');
  if (/[\\=]/.test(plain)) {
    throw new SelectorError(`invalid field selector "${text}": write "\\\\", "\\=" and "\\," inside values`);
  }
  return value.replace(/\\([\\,=])/g, '$1');
}

export function formatFieldSelector(requirements: readonly FieldRequirement[]): string {
  return requirements
    .map(({ field, operator, value }) => `${field}${operator}${value.replace(/[\\,=]/g, '\\$&')}`)
    .join(',');
}

/** @param fieldValue the field's text, `''` where it is not set. */
export function matchesFields(
  requirements: readonly FieldRequirement[],
  fieldValue: (field: string) => string,
): boolean {
  return requirements.every(({ field, operator, value }) => (fieldValue(field) === value) === (operator === '='));
}
