import type { ConfigProblem } from './config-error.ts';
import { defaultsOf, type Fields, type Setting } from './setting.ts';

/** What is written and nothing comes of. */
export interface Unused {
  readonly path: string;
  /** Of a setting that KServe has and that is without effect here; nothing for one that nobody knows. */
  readonly why?: string;
  /** What is known in its place. */
  readonly known: readonly string[];
}

/** Collects what is wrong and what is left unused. */
export interface Findings {
  readonly problems: ConfigProblem[];
  readonly unused: Unused[];
}

/** Longer values are cut in messages. */
const maxShown = 80;

/** The JSON object of a section; nothing, with a problem told, when it is none. */
export function parseSection(name: string, text: string | undefined, { problems }: Findings): object | undefined {
  if (text === undefined || text.trim() === '') return {};
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch (error) {
    // Without the excerpt of the text that Node.js puts into the message.
    const where = / at position \d+( \(line \d+ column \d+\))?/.exec((error as Error).message)?.[0] ?? '';
    problems.push({ path: name, message: `must be JSON, and is not${where}` });
    return undefined;
  }
  if (typeof value === 'object' && value !== null && !Array.isArray(value)) return value;
  problems.push({ path: name, message: 'must be a JSON object' });
  return undefined;
}

/** Written values in the place of defaults. Null and the empty text are not written, as in Go. */
export function readFields(path: string, written: object, fields: Fields, findings: Findings): Record<string, unknown> {
  const values: Record<string, unknown> = { ...defaultsOf(fields) };
  for (const [key, value] of Object.entries(written)) {
    const at = `${path}.${key}`;
    const setting = Object.hasOwn(fields, key) ? fields[key] : undefined;
    if (!setting) findings.unused.push({ path: at, known: Object.keys(fields) });
    else if (setting.isIdle) findings.unused.push({ path: at, why: setting.effect, known: [] });
    else if (value !== null && value !== '') {
      const read = readValue(at, value, setting, findings);
      if (read !== undefined) values[key] = read;
    }
  }
  return values;
}

function readValue(path: string, value: unknown, { kind, default: fallback, adds }: Setting, findings: Findings) {
  const fault = kind.fits(value) ? kind.fault?.(value) : `must be ${kind.name}${got(value, kind.isQuiet)}`;
  if (fault !== undefined) {
    const message = fault.startsWith('must') ? fault : `must be ${kind.name}: ${fault}`;
    findings.problems.push({ path, message });
    return fallback;
  }
  if (kind.fields) return readFields(path, value as object, kind.fields, findings);
  return adds ? [...new Set([...(fallback as readonly unknown[]), ...(value as readonly unknown[])])] : value;
}

function got(value: unknown, isQuiet = false): string {
  if (isQuiet) return '';
  const text = JSON.stringify(value);
  return `, got ${text.length > maxShown ? `${text.slice(0, maxShown)}…` : text}`;
}
