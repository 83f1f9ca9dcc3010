import { type Pipeline, reservedNamespaceProblem } from '@serval/api';
import type { FieldError } from '@serval/kube/schema';

/**
 * Stages that would be put where the operator itself runs, which only the operator knows. Those that the stored pipeline has there
 * already pass, for it to be mended otherwise.
 */
export function ownNamespaceErrors(pipeline: Pipeline, old: Pipeline | undefined, own: string): FieldError[] {
  if (reservedNamespaceProblem(own)) return [];
  const isStored = namespacesOf(old).includes(own);
  return namespacesOf(pipeline).flatMap((namespace, index) => {
    const problem = reservedNamespaceProblem(namespace ?? '', [own]);
    if (namespace !== own || isStored || !problem) return [];
    return [{ path: `spec.stages[${index}].namespace`, reason: 'FieldValueForbidden', message: problem }];
  });
}

function namespacesOf(pipeline: Pipeline | undefined): (string | undefined)[] {
  const stages: unknown = pipeline?.spec?.stages;
  if (!Array.isArray(stages)) return [];
  return stages.map((stage: { namespace?: unknown } | null) =>
    typeof stage?.namespace === 'string' ? stage.namespace : undefined,
  );
}
