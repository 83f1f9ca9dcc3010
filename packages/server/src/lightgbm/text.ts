import { ModelError } from '../errors.ts';

/** A block of `key=value` lines; a line without "=" is a key with an empty value (`average_output`). */
export class Section {
  readonly name: string;
  readonly #values: ReadonlyMap<string, string>;

  constructor(name: string, values: ReadonlyMap<string, string>) {
    this.name = name;
    this.#values = values;
  }

  text(key: string): string | undefined {
    return this.#values.get(key);
  }

  /** A whole number of 0 or more. Throws `ModelError` when the line is missing and there is no fallback. */
  count(key: string, fallback?: number): number {
    const text = this.#values.get(key);
    if (text === undefined && fallback !== undefined) return fallback;
    if (text === undefined || !/^\d{1,15}$/.test(text)) throw this.#bad(key, 'a whole number', text);
    return Number(text);
  }

  /** Exactly `length` numbers. Throws `ModelError`. */
  numbers(key: string, length: number): Float64Array {
    const text = this.#values.get(key);
    if (text === undefined) throw this.#bad(key, `${length} numbers`, text);
    const words = text === '' ? [] : text.split(' ');
    if (words.length !== length) throw this.#bad(key, `${length} numbers`, `${words.length} of them`);
    return Float64Array.from(words, (word) => {
      const number = numberFrom(word);
      if (number === undefined) throw this.#bad(key, 'numbers', word);
      return number;
    });
  }

  #bad(key: string, expected: string, got: string | undefined): ModelError {
    const shown = got === undefined ? 'no such line' : `"${got.slice(0, 40)}"`;
    return new ModelError('ModelInvalid', `${this.name}: expected ${key}= with ${expected}, got ${shown}`);
  }
}

/** `inf`, `-inf` and `nan` are written as C++ streams write them. */
function numberFrom(word: string): number | undefined {
  if (/^[-+]?(\d+\.?\d*|\.\d+)(e[-+]?\d+)?$/i.test(word)) return Number(word);
  const special = /^([-+]?)(inf(?:inity)?|nan)$/i.exec(word);
  if (!special) return undefined;
  if (special[2]!.toLowerCase() === 'nan') return Number.NaN;
  return special[1] === '-' ? Number.NEGATIVE_INFINITY : Number.POSITIVE_INFINITY;
}

export interface ModelText {
  header: Section;
  trees: Section[];
}

const FIRST_LINE = 'tree';
const END_OF_TREES = 'end of trees';

/** The sections of LightGBM's text format (src/boosting/gbdt_model_text.cpp). Throws `ModelError`. */
export function parseModelText(text: string): ModelText {
  let values = new Map<string, string>();
  const header = new Section('header', values);
  const trees: Section[] = [];
  let hasEnd = false;
  let isFirst = true;
  for (const line of linesOf(text)) {
    if (isFirst && line !== FIRST_LINE) {
      throw new ModelError(
        'ModelInvalid',
        `the first line of a LightGBM text model is "tree", got ${JSON.stringify(line.slice(0, 40))}`,
      );
    }
    isFirst = false;
    if (line === END_OF_TREES) {
      hasEnd = true;
      break;
    }
    const equals = line.indexOf('=');
    if (line.startsWith('Tree=')) {
      values = new Map();
      trees.push(new Section(`tree ${trees.length}`, values));
      if (line.slice(5) !== String(trees.length - 1)) {
        throw new ModelError(
          'ModelInvalid',
          `expected Tree=${trees.length - 1}, got ${JSON.stringify(line.slice(0, 40))}`,
        );
      }
    } else if (equals >= 0) values.set(line.slice(0, equals), line.slice(equals + 1).trim());
    else if (line !== '') values.set(line, '');
  }
  if (!hasEnd)
    throw new ModelError(
      'ModelInvalid',
      `the line "${END_OF_TREES}" is missing: the file ends early, after ${trees.length} trees`,
    );
  return { header, trees };
}

function* linesOf(text: string): Generator<string> {
  for (let start = 0; start < text.length; ) {
    const newline = text.indexOf('\n', start);
    const end = newline < 0 ? text.length : newline;
    yield text.slice(start, text[end - 1] === '\r' ? end - 1 : end);
    start = end + 1;
  }
}
