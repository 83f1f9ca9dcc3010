/** One measurement: ours and the reference's, taken in the same run. */
export interface Row {
  what: string;
  unit: string;
  ours: number;
  /** What the reference is; `-` where there is none to compare with. */
  reference: string;
  referenceValue?: number;
}

export function printRows(rows: readonly Row[], out: NodeJS.WritableStream = process.stdout): void {
  const lines = rows.map(({ what, unit, ours, reference, referenceValue }) => [
    what,
    `${format(ours)} ${unit}`,
    reference,
    referenceValue === undefined ? '-' : `${format(referenceValue)} ${unit}`,
    referenceValue === undefined ? '-' : (ours / referenceValue).toFixed(2),
  ]);
  const table = [['WHAT', 'OURS', 'REFERENCE', 'ITS FIGURE', 'RATIO'], ...lines];
  const widths = [0, 1, 2, 3, 4].map((column) => Math.max(...table.map((line) => (line[column] ?? '').length)));
  for (const line of table) {
    out.write(
      `${line
        .map((cell, column) => cell.padEnd(widths[column] ?? 0))
        .join('   ')
        .trimEnd()}\n`,
    );
  }
}

function format(value: number): string {
  return value >= 100 ? Math.round(value).toLocaleString('en') : value.toPrecision(3);
}

export function percentile(values: readonly number[], share: number): number {
  const sorted = values.toSorted((a, b) => a - b);
  return sorted[Math.min(sorted.length - 1, Math.floor(sorted.length * share))] ?? Number.NaN;
}
