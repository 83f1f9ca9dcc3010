import type { Diagnosis, Finding } from '@serval/operator/checks';

/** A finding as a person reads it. */
export function findingLines({ id, severity, service, evidence, sentence, fix }: Finding): string[] {
  return [
    `${severity} ${id}${service ? ` (service ${service})` : ''}: ${sentence}`,
    `  seen: ${evidence.object}: ${evidence.path}: ${evidence.value}`,
    ...(fix ? [`  fix:  ${fix.command}${fix.safe && fix.patch ? '   (--fix does this)' : ''}`] : []),
  ].map(printable);
}

/** The last line: how much was looked at, and what was not. */
export function summaryLine({ findings, hidden, checks }: Diagnosis): string {
  const compared = checks.reduce((sum, check) => sum + check.compared, 0);
  const looked = checks.filter((check) => check.compared > 0).length;
  const errors = findings.filter(({ severity }) => severity === 'error').length;
  const found =
    findings.length === 0
      ? 'nothing is wrong'
      : `${count(errors, 'error')}, ${count(findings.length - errors, 'warning')}${hidden.length > 0 ? `, ${count(hidden.length, 'symptom')} of them hidden` : ''}`;
  const not = checks
    .filter(({ notChecked }) => notChecked.length > 0)
    .map(({ name, notChecked }) => `${name} (${notChecked.join('; ')})`);
  const skipped = not.length > 0 ? `; not checked: ${not.join(', ')}` : '';
  return printable(`${found}: ${compared} facts compared by ${looked} checks${skipped}`);
}

/** `unchecked` is met by anything that could not be looked at. */
export function fails({ findings, checks }: Diagnosis, failOn: string): boolean {
  if (findings.some(({ severity }) => severity === 'error')) return true;
  if (failOn !== 'error' && findings.length > 0) return true;
  return failOn === 'unchecked' && checks.some(({ notChecked }) => notChecked.length > 0);
}

function count(number: number, noun: string): string {
  return `${number} ${noun}${number === 1 ? '' : 's'}`;
}

/** Messages come from objects that anybody may have written: none of them steers a terminal. */
function printable(line: string): string {
  // biome-ignore lint/suspicious/noControlCharactersInRegex: they are what is taken out
  return line.replace(/[\u0000-\u001f\u007f-\u009f]+/g, ' ');
}
