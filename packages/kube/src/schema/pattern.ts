/** Longest text that is matched against a pattern; a longer one does not match. Backtracking costs time, RE2 does not. */
const maxPatternText = 65_536;

const posixClasses: Record<string, string> = {
  alnum: '0-9A-Za-z',
  alpha: 'A-Za-z',
  ascii: '\\x00-\\x7F',
  blank: '\\t ',
  cntrl: '\\x00-\\x1F\\x7F',
  digit: '0-9',
  graph: '!-~',
  lower: 'a-z',
  print: ' -~',
  punct: '!-\\/:-@\\[-`{-~',
  space: '\\t\\n\\v\\f\\r ',
  upper: 'A-Z',
  word: '0-9A-Za-z_',
  xdigit: '0-9A-Fa-f',
};

/**
 * A schema's `pattern` is RE2, unanchored. Compiles the common language of RE2 and ECMAScript, with RE2's own spellings
 * (`(?i)`, `(?P<name>…)`, `\A`, `\z`, `\Q…\E`, `[[:alpha:]]`, `\pL`) translated.
 *
 * @throws SyntaxError for a pattern that RE2 refuses (look-around, back references) or that cannot be translated.
 */
export function compilePattern(pattern: string): (text: string) => boolean {
  const { source, flags } = translate(pattern);
  let expression: RegExp;
  try {
    expression = new RegExp(source, flags);
  } catch (cause) {
    throw new SyntaxError(`"${pattern}" is not a regular expression that is supported here`, { cause });
  }
  return (text) => text.length <= maxPatternText && expression.test(text);
}

function translate(pattern: string): { source: string; flags: string } {
  if (/\(\?(?:[=!]|<[=!])/.test(pattern) || /\\[1-9]|\\k</.test(pattern)) {
    throw new SyntaxError(`"${pattern}": look-around and back references are not part of RE2`);
  }
  const leading = /^\(\?([imsU]+)\)/.exec(pattern);
  const flags = leading?.[1] ?? '';
  if (flags.includes('U')) throw new SyntaxError(`"${pattern}": the flag U is not supported`);
  const body = pattern
    .slice(leading?.[0].length ?? 0)
    .replace(/\\Q(.*?)(?:\\E|$)/gs, (_, literal: string) => literal.replace(/[\\^$.*+?()[\]{}|/]/g, '\\$&'));
  // Matches one escape or special opening at a time, so that an escaped backslash is not taken for the start of one.
  const source = body.replace(
    /\\A|\\z|\\a|\\p[A-Z]|\\P[A-Z]|\\x\{[0-9A-Fa-f]+\}|\\[\s\S]|\(\?P<|\[:\^?[a-z]+:\]/g,
    (token) => {
      if (token === '\\A') return '(?<![\\s\\S])';
      if (token === '\\z') return '(?![\\s\\S])';
      if (token === '\\a') return '\\x07';
      if (token === '(?P<') return '(?<';
      if (/^\\[pP][A-Z]$/.test(token)) return `${token.slice(0, 2)}{${token[2]}}`;
      if (token.startsWith('\\x{')) return `\\u{${token.slice(3, -1)}}`;
      if (token.startsWith('[:')) return posixClasses[token.slice(2, -2)] ?? token;
      // With the flag u, only syntax characters may be escaped; RE2 takes any punctuation.
      if (/^\\[^\w^$\\.*+?()[\]{}|/-]$/.test(token)) return token.slice(1);
      if (token === '\\_') return '_';
      return token;
    },
  );
  const escapedHyphen = source.replace(/\[(?:\\.|[^\]\\])*\]|\\-/gs, (token) => (token === '\\-' ? '-' : token));
  const bareBraces = escapedHyphen.replace(/\\[\s\S]|\[(?:\\.|[^\]\\])*\]|\{\d+(?:,\d*)?\}|[{}]/gs, keepQuantifiers);
  return { source: bareBraces, flags: `u${['i', 'm', 's'].filter((flag) => flags.includes(flag)).join('')}` };
}

/** A lone `{` or `}` is a literal in RE2 and an error with the flag u. `\p{L}` and `\u{1F}` pass as escapes do. */
function keepQuantifiers(token: string, offset: number, whole: string): string {
  if (token !== '{' && token !== '}') return token;
  if (token === '{') return /\\[pPu]$/.test(whole.slice(0, offset)) ? token : '\\{';
  const open = whole.lastIndexOf('{', offset);
  return open > 0 && /\\[pPu]$/.test(whole.slice(0, open)) ? token : '\\}';
}
