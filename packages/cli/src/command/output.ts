import { styleText } from 'node:util';
import Table from 'cli-table3';

/** Where a command's text goes. */
export interface Output {
  readonly isTerminal: boolean;
  /** Standard output: results. */
  print(text: string): void;
  /** Standard error: progress, warnings. */
  note(text: string): void;
  /** Whether `progress` shows anything: standard error is a terminal. */
  readonly hasProgress: boolean;
  /** The last line of a terminal, replaced each time; undefined clears it. */
  progress(line: string | undefined): void;
  json(value: unknown): void;
  table(rows: readonly Record<string, unknown>[], columns: Record<string, string>): void;
  strong(text: string): string;
}

interface Sink {
  write(text: string): unknown;
  isTTY?: boolean;
}

export function createOutput(stdout: Sink, stderr: Sink): Output {
  const isTerminal = stdout.isTTY === true;
  return {
    isTerminal,
    print: (text) => void stdout.write(`${text}\n`),
    note: (text) => void stderr.write(`${text}\n`),
    hasProgress: stderr.isTTY === true,
    progress(line) {
      if (stderr.isTTY === true) stderr.write(`\r\x1b[K${line ?? ''}`);
    },
    json: (value) => void stdout.write(`${JSON.stringify(value, null, 2)}\n`),
    table(rows, columns) {
      stdout.write(
        `${renderTable(
          Object.values(columns),
          rows.map((row) => Object.keys(columns).map((key) => cell(row[key]))),
        )}\n`,
      );
    },
    strong: (text) => (isTerminal ? styleText('bold', text) : text),
  };
}

/** Columns padded with spaces, as kubectl prints them; no borders, so that other programs can split it. */
export function renderTable(head: readonly string[], rows: readonly (readonly string[])[]): string {
  const none = Object.fromEntries(
    ['top', 'top-mid', 'top-left', 'top-right', 'bottom', 'bottom-mid', 'bottom-left', 'bottom-right', 'left']
      .concat(['left-mid', 'mid', 'mid-mid', 'right', 'right-mid'])
      .map((edge) => [edge, '']),
  );
  const table = new Table({
    chars: { ...none, middle: '   ' },
    style: { 'padding-left': 0, 'padding-right': 0, head: [], border: [] },
  });
  table.push([...head], ...rows.map((row) => [...row]));
  return table
    .toString()
    .split('\n')
    .map((line) => line.trimEnd())
    .filter((line) => line !== '')
    .join('\n');
}

function cell(value: unknown): string {
  return value === undefined || value === null || value === '' ? '-' : String(value);
}
