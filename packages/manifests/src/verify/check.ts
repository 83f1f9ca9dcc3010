import type { AnyObject } from '@serval/kube/objects';
import type { FileSet } from '../file-set.ts';
import type { Variant } from '../variant.ts';

/** One variant as two ways of installing render it. */
export interface VariantRenders {
  readonly variant: Variant;
  readonly renders: readonly { readonly by: string; readonly objects: readonly AnyObject[] }[];
}

/** What checks look at: the files of `deploy/`, what they render to, and what they should be. */
export interface Evidence {
  readonly files: FileSet;
  readonly generated: FileSet;
  readonly variants: readonly VariantRenders[];
  readonly definitions: readonly InstalledDefinition[];
}

/** A definition as some variant installs it, or of the full bundle. */
export interface InstalledDefinition {
  readonly object: AnyObject;
  /** As JSON. */
  readonly text: string;
  readonly isFull: boolean;
}

/** Something that is not as it must be. */
export interface Finding {
  /** `Deployment.apps serval-system/serval-operator`, or a file of `deploy/`. */
  readonly object: string;
  /** Of the field, `spec.replicas`, or of the line, `line 12`; empty for the whole. */
  readonly path: string;
  readonly message: string;
}

/** What a check has looked at. One that compared nothing has failed. */
export interface Verdict {
  readonly objects: number;
  readonly fields: number;
  readonly findings: readonly Finding[];
}

export interface Check {
  readonly name: string;
  /** What holds when it finds nothing. */
  readonly about: string;
  run(evidence: Evidence): Verdict;
}

/** Adds up what was looked at, object by object, and what was found. */
export class Tally {
  objects = 0;
  fields = 0;
  readonly findings: Finding[] = [];

  /** An object of which so many fields are looked at. */
  look(fields = 1): void {
    this.objects += 1;
    this.fields += fields;
  }
  expect(holds: boolean, object: string, path: string, message: string): void {
    this.fields += 1;
    if (!holds) this.findings.push({ object, path, message });
  }
  verdict(): Verdict {
    return { objects: this.objects, fields: this.fields, findings: once(this.findings) };
  }
}

/** Variants and ways of rendering repeat what is wrong with their source. */
function once(findings: readonly Finding[]): Finding[] {
  return [...new Map(findings.map((finding) => [JSON.stringify(finding), finding])).values()];
}

/** `serval-system, webhooks, cert-manager`. */
export function variantName({ namespace, webhooks, certificates, restricted }: Variant): string {
  const where = restricted
    ? `, for ${restricted.watchNamespaces.join(' and ')}${restricted.clusterScoped ? '' : ' without rights outside'}`
    : '';
  return `${namespace}, ${webhooks ? 'webhooks' : 'no webhooks'}, ${certificates}${where}`;
}

/** Every render of every variant with webhooks, or of all. */
export function eachRender(
  { variants }: Evidence,
  look: (objects: readonly AnyObject[], variant: Variant, by: string) => void,
): void {
  for (const { variant, renders } of variants) for (const { by, objects } of renders) look(objects, variant, by);
}
