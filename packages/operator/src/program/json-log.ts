import type { Log } from '@serval/kube/client';

const levels = ['debug', 'info', 'warn', 'error'] as const;
export type LogLevel = (typeof levels)[number];

/** One JSON object per line, of this level and above. */
export function createJsonLog(least: LogLevel, write: (line: string) => void, now: () => number = Date.now): Log {
  const at = (level: LogLevel) =>
    levels.indexOf(level) < levels.indexOf(least)
      ? () => {}
      : (fields: object, msg: string) =>
          write(`${JSON.stringify({ level, time: new Date(now()).toISOString(), msg, ...fields }, withErrors)}\n`);
  return { debug: at('debug'), info: at('info'), warn: at('warn'), error: at('error') };
}

/** Errors have no fields of their own that JSON would show. */
function withErrors(_key: string, value: unknown): unknown {
  return value instanceof Error ? { type: value.name, message: value.message, stack: value.stack } : value;
}
