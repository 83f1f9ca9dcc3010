import type { FieldError } from '@serval/kube/schema';
import { FieldErrors } from '../../../schema/field-errors.ts';
import type { ClusterServingRuntime, ServingRuntime } from './types.ts';

/**
 * Every error of a runtime that a schema cannot tell. `others` are the runtimes of the same scope: two that serve one
 * format at one priority leave the choice to chance, so that is refused (KServe's runtime webhook).
 */
export function validateServingRuntime(
  runtime: ServingRuntime | ClusterServingRuntime,
  others: readonly (ServingRuntime | ClusterServingRuntime)[] = [],
): FieldError[] {
  const errors = new FieldErrors();
  const spec = runtime.spec;
  const containers = Array.isArray(spec?.containers) ? spec.containers : [];
  if (containers.length === 0) errors.required('spec.containers', 'must have the container that serves models');
  const names = containers.map((container) => container?.name);
  for (const [index, name] of names.entries()) {
    if (!name) errors.required(`spec.containers[${index}].name`, 'must be set');
    else if (names.indexOf(name) < index) {
      errors.duplicate(`spec.containers[${index}].name`, `must be unique, ${JSON.stringify(name)} is there twice`);
    }
  }
  const formats = Array.isArray(spec?.supportedModelFormats) ? spec.supportedModelFormats : [];
  for (const [index, format] of formats.entries()) {
    if (!format?.autoSelect || format.priority === undefined) continue;
    const first = formats.find(
      (other) => other.autoSelect && other.name === format.name && other.priority !== undefined,
    );
    if (first && first.priority !== format.priority) {
      errors.invalid(
        `spec.supportedModelFormats[${index}].priority`,
        `must be the same for every version of ${format.name} (${first.priority}), got ${format.priority}`,
      );
    }
    const rival = others.find(
      (other) =>
        other.metadata.name !== runtime.metadata.name && competes(other, runtime, format.name, format.priority),
    );
    if (rival) {
      errors.invalid(
        `spec.supportedModelFormats[${index}].priority`,
        `must differ from that of ${rival.kind} ${rival.metadata.name}, which serves ${format.name} too; both are ${format.priority}`,
      );
    }
  }
  return errors.list;
}

function competes(
  other: ServingRuntime | ClusterServingRuntime,
  runtime: ServingRuntime | ClusterServingRuntime,
  format: string,
  priority: number | undefined,
): boolean {
  if (other.spec.disabled || runtime.spec.disabled) return false;
  const protocols = (spec: ServingRuntime['spec']) => (spec.protocolVersions?.length ? spec.protocolVersions : ['v1']);
  if (!protocols(other.spec).some((protocol) => protocols(runtime.spec).includes(protocol))) return false;
  return (other.spec.supportedModelFormats ?? []).some(
    (candidate) => candidate.autoSelect && candidate.name === format && candidate.priority === priority,
  );
}
