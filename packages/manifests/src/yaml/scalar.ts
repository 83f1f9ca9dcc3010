/**
 * Starts with a letter, a slash, a dot before a letter, or as a flag does, and holds nothing that YAML gives a meaning to; `: ` and ` #` are
 * excluded by leaving out `#` and allowing `:` only before a visible character.
 */
const plain = /^(?:[A-Za-z_/]|\.[A-Za-z/]|--[a-z])(?:[A-Za-z0-9_/.,;()+=~^$@*?!<>-]|:(?=[^\s:])| (?=[^\s#:]))*$/;
/** `100m`, `2Gi`. */
const quantity = /^[1-9][0-9]*(?:m|[KMGT]i)$/;
/** Words that YAML 1.1 (Kubernetes' own parsers) or 1.2 read as something other than text. */
const words = /^\.?(?:y|n|yes|no|on|off|true|false|null|nan|inf)$/i;
/** Printable on every terminal and in every editor. */
const printable = /^[\x20-\x7e\u00a1-\u1fff\u2010-\u2027\u2030-\ud7ff\ue000-\ufefe]*$/;

/**
 * A text as a YAML scalar of one line, read back as the same text by YAML 1.1 and 1.2. Plain where nothing can be misread, else in single
 * quotes, else (control characters, line breaks) in double quotes with escapes.
 */
export function yamlScalar(text: string): string {
  if ((plain.test(text) && !words.test(text)) || quantity.test(text)) return text;
  if (printable.test(text)) return `'${text.replaceAll("'", "''")}'`;
  // Pairs of surrogates stay as they are: Go's parsers refuse them as escapes.
  return JSON.stringify(text).replaceAll(/[\u007f-\u00a0\u2000-\u200f\u2028-\u202f\ufeff-\uffff]/g, unicodeEscape);
}

/** As `yamlScalar`, for a place between brackets, where a comma ends a plain text. */
export function flowScalar(text: string): string {
  const scalar = yamlScalar(text);
  return scalar === text && /[,:]/.test(text) ? `'${text}'` : scalar;
}

/**
 * The lines of a text as a literal block and its header (`|`, `|-`), or undefined where a block would need an indentation indicator,
 * hide spaces at the ends of lines, or hold what is not printable.
 */
export function literalBlock(text: string): { header: '|' | '|-'; lines: string[] } | undefined {
  const endsWithBreak = text.endsWith('\n');
  const lines = (endsWithBreak ? text.slice(0, -1) : text).split('\n');
  if (lines.length === 1 && !endsWithBreak) return undefined;
  if (lines[0] === '' || lines[0]?.startsWith(' ') || lines.at(-1) === '') return undefined;
  if (!lines.every((line) => printable.test(line) && !line.endsWith(' '))) return undefined;
  return { header: endsWithBreak ? '|' : '|-', lines };
}

function unicodeEscape(character: string): string {
  return `\\u${character.charCodeAt(0).toString(16).padStart(4, '0')}`;
}
