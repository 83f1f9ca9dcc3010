import type { FieldError } from '@serval/kube/schema';
import { FieldErrors } from '../../../schema/field-errors.ts';
import { readNumber, readObject, readObjects, readText } from '../../../schema/lenient.ts';
import type { ClusterServingRuntime, ServingRuntime, ServingRuntimeSpec, SupportedModelFormat } from './types.ts';

type Runtime = ServingRuntime | ClusterServingRuntime;

/** A format has one priority within a runtime, as priorities are looked up by its name (KServe's validateModelFormatPrioritySame). */
export function validateOwnPriorities(spec: ServingRuntimeSpec, errors: FieldErrors): void {
  const first = new Map<string, number | undefined>();
  for (const [index, { name, priority }] of selectable(spec)) {
    if (!first.has(name)) {
      first.set(name, readNumber(priority));
      continue;
    }
    const expected = first.get(name);
    if (expected !== undefined && readNumber(priority) !== undefined && expected !== priority) {
      errors.invalid(
        `spec.supportedModelFormats[${index}].priority`,
        `must be the same for every version of ${name} (${expected}), got ${priority}`,
      );
    }
  }
}

/**
 * What is wrong with a runtime because of `others` of its scope: two that serve one version of a format over one protocol at
 * one priority leave the choice to chance (KServe's validateServingRuntimePriority). A runtime that names no protocols is
 * compared with nobody, as in KServe. A conflict that `old`, the stored object of an update, has already passes.
 */
export function validatePrioritiesAmong(runtime: Runtime, others: readonly Runtime[], old?: Runtime): FieldError[] {
  const errors = conflictsOf(runtime, others);
  if (errors.length === 0 || !old) return errors;
  const known = new Set(conflictsOf(old, others).map(({ message }) => message));
  return errors.filter(({ message }) => !known.has(message));
}

function conflictsOf(runtime: Runtime, others: readonly Runtime[]): FieldError[] {
  const errors = new FieldErrors();
  const spec = readObject(runtime.spec);
  if (!spec || spec.disabled === true || runtime.metadata.deletionTimestamp) return errors.list;
  for (const [index, format] of selectable(spec)) {
    if (readNumber(format.priority) === undefined) continue;
    const rival = others.find(
      (other) => other.metadata.name !== runtime.metadata.name && competes(other, spec, format),
    );
    if (!rival) continue;
    errors.invalid(
      `spec.supportedModelFormats[${index}].priority`,
      `must differ from that of ${rival.kind} ${rival.metadata.name}, which serves ${format.name} too; both are ${format.priority}`,
    );
  }
  return errors.list;
}

function competes(other: Runtime, spec: ServingRuntimeSpec, format: SupportedModelFormat): boolean {
  const rival = readObject(other.spec);
  if (!rival || rival.disabled === true || Boolean(rival.multiModel) !== Boolean(spec.multiModel)) return false;
  const protocols = protocolsOf(spec);
  if (!protocolsOf(rival).some((protocol) => protocols.includes(protocol))) return false;
  return selectable(rival).some(
    ([, { name, version, priority }]) =>
      readText(name)?.toLowerCase() === readText(format.name)?.toLowerCase() &&
      version === format.version &&
      priority === format.priority,
  );
}

function protocolsOf({ protocolVersions }: ServingRuntimeSpec): readonly string[] {
  return Array.isArray(protocolVersions) ? protocolVersions : [];
}

/** Only formats with autoSelect are chosen by priority. */
function selectable(spec: ServingRuntimeSpec): [number, SupportedModelFormat][] {
  return readObjects(spec.supportedModelFormats).filter(([, { autoSelect }]) => autoSelect === true);
}
