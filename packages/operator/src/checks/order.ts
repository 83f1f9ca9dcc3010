import { findingIds } from './catalogue.ts';
import type { Diagnosis, Finding } from './finding.ts';

/**
 * Parts root causes from symptoms, and puts both in the order of the catalogue. A finding about one service hides symptoms of that
 * service alone; one about the platform hides them of all.
 */
export function orderFindings(findings: readonly Finding[]): Pick<Diagnosis, 'findings' | 'hidden'> {
  const rank = (finding: Finding) => findingIds.indexOf(finding.id);
  const sorted = findings.toSorted((a, b) => rank(a) - rank(b) || textOf(a).localeCompare(textOf(b)));
  const causeOf = (symptom: Finding) =>
    sorted.find(
      (cause) =>
        cause !== symptom &&
        cause.hides.includes(symptom.id) &&
        (cause.service === undefined || cause.service === symptom.service),
    );
  return {
    findings: sorted.filter((finding) => causeOf(finding) === undefined),
    hidden: sorted.flatMap((finding) => {
      const cause = causeOf(finding);
      return cause ? [{ ...finding, hiddenBy: cause.id }] : [];
    }),
  };
}

function textOf({ service = '', evidence }: Finding): string {
  return `${service} ${evidence.object} ${evidence.path}`;
}
