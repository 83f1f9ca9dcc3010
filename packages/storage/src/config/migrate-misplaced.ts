import { certificateFieldNames } from './migrate-fields.ts';

/**
 * Keys of the Secret that are fields of an entry: `kubectl patch` with `{"stringData": {"certificate": …}}`, as guides show it, puts them
 * beside the entries. A JSON object under such a key is an entry with an odd name.
 */
export function misplacedFields(data: Readonly<Record<string, string>>): { key: string; text: string }[] {
  return certificateFieldNames
    .filter((name) => Object.hasOwn(data, name) && !/^\s*\{/.test(data[name] as string))
    .map((key) => ({ key, text: (data[key] as string).trim() === '' ? '' : withoutLineEnd(data[key] as string) }));
}

/** `echo NAME | base64` leaves a line end behind a path or a name; PEM keeps its own. */
function withoutLineEnd(text: string): string {
  return text.includes('-----BEGIN ') ? text : text.trim();
}
