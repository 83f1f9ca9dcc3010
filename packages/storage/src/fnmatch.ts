type Token = { kind: 'any' } | { kind: 'star' } | { kind: 'one'; matches: (codePoint: number) => boolean };

/**
 * Whether a name matches a pattern of Python's `fnmatch` on Linux: case counts, `*` and `?` take `/`, too, `[a-z]` and `[!a-z]` are sets, and
 * there is no escape but `[*]`. Takes time of length of name × length of pattern at most, whatever the pattern.
 */
export function createFnmatch(pattern: string): (name: string) => boolean {
  const tokens = tokensOf([...pattern]);
  return (name) => {
    const text = Array.from(name, (character) => character.codePointAt(0)!);
    let position = 0;
    let token = 0;
    // Where to go on after the last star when what comes behind it does not fit here: an earlier star never helps then.
    let resume: { token: number; position: number } | undefined;
    while (position < text.length) {
      const current = tokens[token];
      if (current?.kind === 'star') {
        resume = { token: token + 1, position };
        token++;
      } else if (current && (current.kind === 'any' || current.matches(text[position]!))) {
        position++;
        token++;
      } else if (resume) {
        resume.position++;
        position = resume.position;
        token = resume.token;
      } else return false;
    }
    while (tokens[token]?.kind === 'star') token++;
    return token === tokens.length;
  };
}

function tokensOf(pattern: readonly string[]): Token[] {
  const tokens: Token[] = [];
  for (let i = 0; i < pattern.length; i++) {
    const character = pattern[i]!;
    if (character === '*') tokens.push({ kind: 'star' });
    else if (character === '?') tokens.push({ kind: 'any' });
    else {
      const end = character === '[' ? endOfSet(pattern, i) : undefined;
      tokens.push({ kind: 'one', matches: end === undefined ? equals(character) : setFrom(pattern.slice(i + 1, end)) });
      i = end ?? i;
    }
  }
  return tokens;
}

/** A `]` right behind `[` or `[!` belongs to the set; without a closing one `[` means itself. */
function endOfSet(pattern: readonly string[], open: number): number | undefined {
  let start = open + 1;
  if (pattern[start] === '!') start++;
  if (pattern[start] === ']') start++;
  const end = pattern.indexOf(']', start);
  return end === -1 ? undefined : end;
}

/** Ranges go from left to right, `[z-a]` has nothing in it; `-` at an end means itself. */
function setFrom(characters: readonly string[]): (codePoint: number) => boolean {
  const negated = characters[0] === '!';
  const ranges: [number, number][] = [];
  for (let i = negated ? 1 : 0; i < characters.length; i++) {
    const from = characters[i]!.codePointAt(0)!;
    const range = characters[i + 1] === '-' && i + 2 < characters.length;
    ranges.push([from, range ? characters[i + 2]!.codePointAt(0)! : from]);
    if (range) i += 2;
  }
  return (codePoint) => ranges.some(([from, to]) => codePoint >= from && codePoint <= to) !== negated;
}

function equals(character: string): (codePoint: number) => boolean {
  const expected = character.codePointAt(0)!;
  return (codePoint) => codePoint === expected;
}
