/** One way to authenticate that a server offers in `WWW-Authenticate` (RFC 9110, section 11.6.1). */
export interface Challenge {
  /** Lower case. */
  scheme: string;
  /** Names in lower case. */
  parameters: ReadonlyMap<string, string>;
}

/** Longest header that is looked at; Node's own limit is of the same size. */
const MAX_HEADER_LENGTH = 16_384;

/** Reads what can be read, and leaves out the rest. */
export function parseChallenges(header: string | string[] | undefined): Challenge[] {
  const text = (Array.isArray(header) ? header.join(', ') : (header ?? '')).slice(0, MAX_HEADER_LENGTH);
  const challenges: { scheme: string; parameters: Map<string, string> }[] = [];
  // A scheme is a token followed by a space and parameters, or by nothing; a parameter is NAME=VALUE.
  const piece =
    /\s*,?\s*(?:([\w!#$%&'*+.^`|~-]+)\s*=\s*(?:"((?:[^"\\]|\\.)*)"|([\w!#$%&'*+.^`|~:/-]+))|([\w!#$%&'*+.^`|~-]+)(?=\s|,|$))/y;
  for (let match = piece.exec(text); match && match[0] !== ''; match = piece.exec(text)) {
    const [, name, quoted, token, scheme] = match;
    if (scheme !== undefined) challenges.push({ scheme: scheme.toLowerCase(), parameters: new Map() });
    else challenges.at(-1)?.parameters.set(name!.toLowerCase(), quoted?.replace(/\\(.)/g, '$1') ?? token!);
  }
  return challenges;
}
