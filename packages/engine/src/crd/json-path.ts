/** One step of a path: a field, an item, every item, or the items for which a field has a value. */
type Step =
  | { type: 'field'; name: string }
  | { type: 'index'; index: number }
  | { type: 'all' }
  | { type: 'filter'; path: Step[]; operator: '==' | '!=' | 'exists'; value: unknown };

/** Finds every value that a JSONPath leads to, as `additionalPrinterColumns` use it. */
export type JsonPath = (object: unknown) => unknown[];

class JsonPathError extends Error {
  override readonly name = 'JsonPathError';
}

/** Compiles `.status.conditions[?(@.type=="Ready")].status` and the like. Throws `JsonPathError`. */
export function compileJsonPath(text: string): JsonPath {
  const steps = parseSteps(text);
  return (object) => walk(steps, object);
}

function parseSteps(text: string): Step[] {
  const steps: Step[] = [];
  let rest = text.trim().replace(/^\$/, '');
  while (rest !== '') {
    const { step, length } = readStep(rest, text);
    if (step) steps.push(step);
    rest = rest.slice(length);
  }
  return steps;
}

function readStep(rest: string, whole: string): { step?: Step; length: number } {
  const field = /^\.((?:\\.|[^.[\]\\])+)/.exec(rest);
  if (field) {
    const name = field[1]!.replace(/\\(.)/g, '$1');
    return { step: name === '*' ? { type: 'all' } : { type: 'field', name }, length: field[0].length };
  }
  const quoted = /^\[(?:'((?:\\.|[^'\\])*)'|"((?:\\.|[^"\\])*)")\]/.exec(rest);
  if (quoted) {
    return {
      step: { type: 'field', name: (quoted[1] ?? quoted[2])!.replace(/\\(.)/g, '$1') },
      length: quoted[0].length,
    };
  }
  const index = /^\[(-?\d+)\]/.exec(rest);
  if (index) return { step: { type: 'index', index: Number(index[1]) }, length: index[0].length };
  const all = /^\[\*?\]/.exec(rest);
  if (all) return { step: { type: 'all' }, length: all[0].length };
  const filter = /^\[\?\(\s*@((?:\.[^\s=!)]+)*)\s*(?:(==|!=)\s*("(?:[^"\\]|\\.)*"|'[^']*'|[^\s)]+)\s*)?\)\]/.exec(rest);
  if (filter) {
    const [matched, path = '', operator, literal] = filter;
    return {
      step: {
        type: 'filter',
        path: parseSteps(path),
        operator: (operator as '==' | '!=' | undefined) ?? 'exists',
        value: literal === undefined ? undefined : parseLiteral(literal),
      },
      length: matched.length,
    };
  }
  if (rest === '.') return { length: 1 };
  throw new JsonPathError(`cannot read the JSONPath ${JSON.stringify(whole)} from ${JSON.stringify(rest)}`);
}

function parseLiteral(text: string): unknown {
  if (text.startsWith("'")) return text.slice(1, -1);
  try {
    return JSON.parse(text);
  } catch {
    return text;
  }
}

function walk(steps: Step[], object: unknown): unknown[] {
  let values = [object];
  for (const step of steps) values = values.flatMap((value) => follow(step, value));
  return values;
}

function follow(step: Step, value: unknown): unknown[] {
  if (typeof value !== 'object' || value === null) return [];
  switch (step.type) {
    case 'field': {
      const found = Object.hasOwn(value, step.name) ? (value as Record<string, unknown>)[step.name] : undefined;
      return found === undefined ? [] : [found];
    }
    case 'index': {
      const found = Array.isArray(value) ? value.at(step.index) : undefined;
      return found === undefined ? [] : [found];
    }
    case 'all':
      return Object.values(value);
    case 'filter':
      return Object.values(value).filter((item) => {
        const [found] = walk(step.path, item);
        if (step.operator === 'exists') return found !== undefined;
        return step.operator === '==' ? found === step.value : found !== undefined && found !== step.value;
      });
  }
}
