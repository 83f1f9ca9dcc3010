import { objectLabel, type Verdict } from './verdict.ts';

export interface VerdictRow {
  file: string;
  object: string;
  result: string;
  field: string;
  message: string;
}

const maxCell = 400;

/** One row for each finding, as a person reads it: where to go, what is there, and what is wrong. */
export function verdictRows(verdicts: readonly Verdict[]): VerdictRow[] {
  return verdicts.flatMap((verdict) => {
    const base = { object: objectLabel(verdict), result: verdict.result, field: '', message: verdict.note ?? '' };
    const errors = verdict.errors.map(({ field, message, line }) => ({
      ...base,
      file: `${verdict.file}:${line}`,
      field,
      message,
    }));
    const warnings = verdict.warnings.map((message) => ({
      ...base,
      file: `${verdict.file}:${verdict.line}`,
      result: 'warning',
      message,
    }));
    const head = errors.length > 0 ? errors : [{ ...base, file: `${verdict.file}:${verdict.line}` }];
    return [...head, ...warnings].map(printable);
  });
}

/** Manifests are written by anybody: nothing in them may move the cursor or break a row. */
function printable(row: VerdictRow): VerdictRow {
  const clean = (text: string): string => {
    const short = text.length > maxCell ? `${text.slice(0, maxCell)}…` : text;
    return short.replace(
      /[\p{Cc}\p{Cf}\p{Zl}\p{Zp}]/gu,
      (character) => `\\u${character.charCodeAt(0).toString(16).padStart(4, '0')}`,
    );
  };
  return Object.fromEntries(Object.entries(row).map(([key, text]) => [key, clean(text)])) as unknown as VerdictRow;
}
