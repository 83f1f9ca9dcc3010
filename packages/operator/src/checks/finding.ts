import type { Resource } from '@serval/kube/objects';
import type { FindingId } from './catalogue.ts';

export type Severity = 'error' | 'warning';

/** What was seen, and where: enough to look at it again without this program. Never a value of a Secret. */
export interface Evidence {
  /** `Gateway models/front`. */
  readonly object: string;
  /** `status.conditions[Accepted]`. */
  readonly path: string;
  readonly value: string;
}

/** A merge patch of one object. */
export interface ProposedPatch {
  readonly resource: Resource;
  readonly namespace?: string;
  readonly name: string;
  /** With the resourceVersion that was looked at, so that it never covers a newer object. */
  readonly patch: object;
}

export interface Fix {
  /** What a person would type. */
  readonly command: string;
  /** The same as a request, where it is one. */
  readonly patch?: ProposedPatch;
  /** Whether it can harm nothing that works now, and opens nothing to anybody: `--fix` does only such fixes. */
  readonly safe: boolean;
}

export interface Finding {
  readonly id: FindingId;
  readonly severity: Severity;
  /** `namespace/name` of the InferenceService that it is about; nothing where it is about all of them. */
  readonly service?: string;
  readonly evidence: Evidence;
  /** One sentence, lower case. */
  readonly sentence: string;
  readonly fix?: Fix;
  /** Findings that are its symptoms. */
  readonly hides: readonly FindingId[];
}

/** What one family of checks came to. */
export interface CheckReport {
  readonly name: string;
  /** How many facts were held against a rule. */
  readonly compared: number;
  /** What could not be looked at, and why: nothing is passed by not looking. */
  readonly notChecked: readonly string[];
}

export interface Diagnosis {
  /** Root causes, in the order in which they are to be mended. */
  readonly findings: readonly Finding[];
  /** Symptoms of the findings above. */
  readonly hidden: readonly (Finding & { readonly hiddenBy: FindingId })[];
  readonly checks: readonly CheckReport[];
}
