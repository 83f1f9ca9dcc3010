interface Member {
  name: string;
  /** Decoded. */
  value: unknown;
  nameStart: number;
  nameEnd: number;
  valueStart: number;
  valueEnd: number;
}

/** One JSON object as text, whose members are changed one at a time; all that is not changed stays as it was written, to the byte. */
export interface JsonMembers {
  text(): string;
  /** In the order in which they stand. A name that stands twice has its last value, as upstream's readers have it. */
  names(): string[];
  get(name: string): unknown;
  /** Replaces the value where there is one; else the member comes behind `after`, or behind the last. */
  set(name: string, value: string, after?: string): void;
  /** In place, and the value stays as it is. A member that had the new name before is removed. */
  rename(from: string, to: string): void;
  remove(name: string): void;
}

/** `undefined` where the text is no JSON object. Never throws. */
export function openJsonMembers(source: string): JsonMembers | undefined {
  if (!isObject(source)) return undefined;
  let text = source;
  let members = scan(text);

  const splice = (start: number, end: number, replacement: string): void => {
    text = text.slice(0, start) + replacement + text.slice(end);
    members = scan(text);
  };
  const find = (name: string) => members.findLast((member) => member.name === name);

  const insert = (name: string, value: string, after: string | undefined): void => {
    const open = text.indexOf('{') + 1;
    const [first, second] = members;
    const last = members.at(-1);
    if (first === undefined || last === undefined) {
      splice(open, text.lastIndexOf('}'), `${JSON.stringify(name)}: ${JSON.stringify(value)}`);
      return;
    }
    const colon = text.slice(first.nameEnd, first.valueStart);
    const lead = text.slice(open, first.nameStart);
    // Between two members stands what the writer puts there; where there is but one, the line or the colon tells.
    const gap = second
      ? text.slice(text.indexOf(',', first.valueEnd) + 1, second.nameStart)
      : lead.includes('\n')
        ? lead
        : /\s$/.test(colon)
          ? ' '
          : '';
    const before = (after === undefined ? undefined : find(after)) ?? last;
    splice(before.valueEnd, before.valueEnd, `,${gap}${JSON.stringify(name)}${colon}${JSON.stringify(value)}`);
  };

  const remove = (name: string): void => {
    for (let index = members.findIndex((each) => each.name === name); index >= 0; ) {
      const member = members[index] as Member;
      const next = members[index + 1];
      const previous = members[index - 1];
      if (next) splice(member.nameStart, next.nameStart, '');
      else if (previous) splice(previous.valueEnd, member.valueEnd, '');
      else splice(text.indexOf('{') + 1, text.lastIndexOf('}'), '');
      index = members.findIndex((each) => each.name === name);
    }
  };

  return {
    text: () => text,
    names: () => [...new Set(members.map(({ name }) => name))],
    get: (name) => find(name)?.value,
    set(name, value, after) {
      const member = find(name);
      if (member) splice(member.valueStart, member.valueEnd, JSON.stringify(value));
      else insert(name, value, after);
    },
    rename(from, to) {
      if (!find(from)) return;
      remove(to);
      const member = find(from) as Member;
      splice(member.nameStart, member.nameEnd, JSON.stringify(to));
      remove(from);
    },
    remove,
  };
}

function isObject(text: string): boolean {
  try {
    const value: unknown = JSON.parse(text);
    return typeof value === 'object' && value !== null && !Array.isArray(value);
  } catch {
    return false;
  }
}

/** The members of the outermost object; the text is valid JSON. */
function scan(text: string): Member[] {
  const members: Member[] = [];
  let at = skipSpace(text, text.indexOf('{') + 1);
  while (text[at] === '"') {
    const nameStart = at;
    const nameEnd = endOfString(text, at);
    const valueStart = skipSpace(text, skipSpace(text, nameEnd) + 1);
    const valueEnd = endOfValue(text, valueStart);
    members.push({
      name: JSON.parse(text.slice(nameStart, nameEnd)) as string,
      value: JSON.parse(text.slice(valueStart, valueEnd)),
      nameStart,
      nameEnd,
      valueStart,
      valueEnd,
    });
    at = skipSpace(text, valueEnd);
    if (text[at] === ',') at = skipSpace(text, at + 1);
  }
  return members;
}

function skipSpace(text: string, from: number): number {
  let at = from;
  while (/[ \t\r\n]/.test(text[at] ?? '')) at++;
  return at;
}

function endOfString(text: string, from: number): number {
  let at = from + 1;
  while (text[at] !== '"') at += text[at] === '\\' ? 2 : 1;
  return at + 1;
}

function endOfValue(text: string, from: number): number {
  let depth = 0;
  let at = from;
  for (;;) {
    const character = text[at];
    if (character === undefined) return at;
    if (character === '"') {
      at = endOfString(text, at);
      if (depth === 0) return at;
      continue;
    }
    if (character === '{' || character === '[') depth++;
    else if (character === '}' || character === ']') {
      if (depth === 0) return trimEnd(text, at);
      depth--;
      if (depth === 0) return at + 1;
    } else if (character === ',' && depth === 0) return trimEnd(text, at);
    at++;
  }
}

function trimEnd(text: string, end: number): number {
  let at = end;
  while (/[ \t\r\n]/.test(text[at - 1] ?? '')) at--;
  return at;
}
