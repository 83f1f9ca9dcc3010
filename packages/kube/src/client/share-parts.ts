/** The same JSON value, with every part that another one had before taken from there. Neither may ever be changed. */
export type ShareParts = <T>(value: T) => T;

/** Parts that are remembered; those that were met again lately stay, others go. */
const rememberedParts = 1_000;
/** A larger part is hardly ever equal to another one, and takes long to compare. */
const longestPart = 2_000;

/**
 * Keeps equal parts of many objects once. Objects that one program makes of one kind are alike in most of what they say: field sets, probes,
 * labels, rules. As parsed objects these weigh more than what differs.
 */
export function createShareParts(): ShareParts {
  let recent = new Map<string, unknown>();
  let former = new Map<string, unknown>();

  function share(value: unknown): unknown {
    if (typeof value === 'string') return remembered(`"${value}`, value);
    if (typeof value !== 'object' || value === null) return value;
    const shared = Array.isArray(value)
      ? value.map(share)
      : Object.fromEntries(Object.entries(value).map(([name, part]) => [name, share(part)]));
    return remembered(JSON.stringify(shared), shared);
  }

  function remembered(key: string, value: unknown): unknown {
    if (key.length > longestPart) return value;
    let known = recent.get(key);
    if (known !== undefined) return known;
    known = former.get(key) ?? value;
    if (recent.size >= rememberedParts) {
      former = recent;
      recent = new Map();
    }
    recent.set(key, known);
    return known;
  }

  return share as ShareParts;
}
