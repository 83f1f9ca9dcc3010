/** What was found out about one object, or about a document that holds none. */
export interface Verdict {
  file: string;
  /** Where the document begins, or where it cannot be read. */
  line: number;
  apiVersion?: string;
  kind?: string;
  namespace?: string;
  name?: string;
  result: 'ok' | 'invalid' | 'not checked' | 'unreadable';
  errors: { field: string; message: string; reason?: string; line: number }[];
  warnings: string[];
  /** Why it was not checked. */
  note?: string;
}

/** `InferenceService/iris`, as far as it is known. */
export function objectLabel({ kind, name }: Verdict): string {
  return kind ? `${kind}/${name ?? ''}` : '';
}

export function countVerdicts(verdicts: readonly Verdict[]): Record<Verdict['result'], number> & { files: number } {
  const counts = {
    files: new Set(verdicts.map(({ file }) => file)).size,
    ok: 0,
    invalid: 0,
    'not checked': 0,
    unreadable: 0,
  };
  for (const { result } of verdicts) counts[result] += 1;
  return counts;
}
