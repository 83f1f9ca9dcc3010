import type { Problem } from '@serval/storage/config';
import type { CheckedEntry, CheckedSecret } from './check-secret.ts';
import { label, printable } from './print-plan.ts';

export const checkColumns = {
  namespace: 'NAMESPACE',
  key: 'KEY',
  type: 'TYPE',
  certificate: 'CERTIFICATE',
  subject: 'SUBJECT',
  expires: 'EXPIRES',
  agrees: 'AGREES',
  problems: 'PROBLEMS',
} as const;

export function checkRows(checked: readonly CheckedSecret[]): Record<keyof typeof checkColumns, string>[] {
  return checked.flatMap(({ entries }) => entries.map(rowOf));
}

function rowOf({ namespace, key, type, certificates, agrees, problems }: CheckedEntry) {
  const chain = certificates.find((source) => source.chain.length > 0)?.chain ?? [];
  const [first, ...others] = chain;
  // The one that ends first ends the trust.
  const expires = chain.map(({ notAfter }) => notAfter).toSorted()[0];
  return {
    namespace,
    key: printable(key),
    type: printable(type ?? ''),
    certificate: printable(certificates.map(({ form }) => form).join(' + ')),
    subject: printable(first ? `${oneLine(first.subject)}${others.length > 0 ? ` +${others.length}` : ''}` : ''),
    expires: expires?.slice(0, 10) ?? '',
    agrees: agrees ?? '',
    problems: countText(problems),
  };
}

function oneLine(subject: string): string {
  const line = subject.replaceAll('\n', ', ');
  return line.length > 60 ? `${line.slice(0, 59)}…` : line;
}

function countText(problems: readonly Problem[]): string {
  const errors = problems.filter(({ severity }) => severity === 'error').length;
  const warnings = problems.length - errors;
  const counted = (count: number, noun: string) => (count === 0 ? [] : [`${count} ${noun}${count === 1 ? '' : 's'}`]);
  return [...counted(errors, 'error'), ...counted(warnings, 'warning')].join(', ');
}

/** Every problem as a sentence that says where, and below it the way out. */
export function problemLines(checked: readonly CheckedSecret[]): string[] {
  return checked.flatMap(({ namespace, secret, entries, problems }) =>
    [...problems, ...entries.flatMap((entry) => entry.problems)].flatMap(({ severity, code, key, message, hint }) => {
      const where = `${label({ namespace, name: secret })}${key === undefined ? '' : `, key ${key}`}`;
      const sentence = printable(`${severity}: ${where}: ${message} (${code})`);
      return hint === undefined ? [sentence] : [sentence, `  hint: ${printable(hint)}`];
    }),
  );
}

export function allProblems(checked: readonly CheckedSecret[]): Problem[] {
  return checked.flatMap(({ entries, problems }) => [...problems, ...entries.flatMap((entry) => entry.problems)]);
}
