import type { CustomResourceDefinition } from '@serval/api';
import { createRuleChecker, type RuleChecker } from '@serval/kube/cel';
import { checkStructural } from '@serval/kube/schema';
import { ManifestsError } from '../manifests-error.ts';

/** A rule of API servers that a definition breaks. */
export interface DefinitionProblem {
  /** `inferenceservices.serving.kserve.io`. */
  readonly definition: string;
  /** `spec.versions[0].schema.openAPIV3Schema.properties[spec]…`. */
  readonly path: string;
  readonly message: string;
}

/**
 * Whatever an API server would refuse in a definition, or keep with the condition NonStructuralSchema: schemas that are not structural, rules
 * that do not compile or may cost too much, and versions of which not exactly one is stored, or which nobody converts.
 */
export function definitionProblems(
  crd: CustomResourceDefinition,
  rules: RuleChecker = createRuleChecker(),
): DefinitionProblem[] {
  const definition = crd.metadata.name ?? '';
  const { versions, conversion } = crd.spec;
  const problems: DefinitionProblem[] = versions.flatMap(({ schema }, index) => {
    const path = `spec.versions[${index}].schema.openAPIV3Schema`;
    const structural = checkStructural(schema.openAPIV3Schema, path);
    const found = structural.length > 0 ? structural : rules.checkSchema(schema.openAPIV3Schema, path);
    return found.map(({ path: at, message }) => ({ definition, path: at, message }));
  });
  const stored = versions.filter(({ storage }) => storage).length;
  if (stored !== 1)
    problems.push({ definition, path: 'spec.versions', message: `must store exactly one version, not ${stored}` });
  const served = versions.filter((version) => version.served).length;
  if (served > 1 && conversion?.strategy !== 'Webhook') {
    problems.push({ definition, path: 'spec.conversion', message: `must convert, as ${served} versions are served` });
  }
  return problems;
}

/** Throws `ManifestsError` BadSource with every problem of all definitions. */
export function requireSoundDefinitions(crds: readonly CustomResourceDefinition[]): void {
  const rules = createRuleChecker();
  const problems = crds.flatMap((crd) => definitionProblems(crd, rules));
  if (problems.length === 0) return;
  const list = problems.map(({ definition, path, message }) => `  ${definition}: ${path}: ${message}`).join('\n');
  throw new ManifestsError('BadSource', `API servers would refuse these definitions:\n${list}`);
}
