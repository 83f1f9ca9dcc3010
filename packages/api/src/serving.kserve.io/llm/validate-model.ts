import type { FieldErrors } from '../../schema/field-errors.ts';
import { readObject, readObjects, readText } from '../../schema/lenient.ts';
import type { Fields } from './validate-workload.ts';

/** The model, its adapters, and whether its weights can be decrypted. */
export function validateModel(model: object | undefined, serviceName: string | undefined, errors: FieldErrors): void {
  const fields = (model ?? {}) as Fields;
  const path = 'spec.model';
  if (fields['uri'] === '')
    errors.required(`${path}.uri`, 'must name where the weights are, for example hf://owner/name');
  const lora = readObject(fields['lora'] as object) as Fields | undefined;
  validateAdapters(`${path}.lora.adapters`, lora?.['adapters'], readText(fields['name']) ?? serviceName, errors);
  const confidential = readObject(fields['confidential'] as object) as Fields | undefined;
  if (!confidential) return;
  const [enabled, resource] = [confidential['enabled'] === true, readText(confidential['resourceId'])];
  if (enabled && !resource) errors.required(`${path}.confidential.resourceId`, 'must name the key of the weights');
  if (resource && !/^kbs:\/\/\/[^/]+\/[^/]+\/[^/]+$/.test(resource)) {
    errors.invalid(
      `${path}.confidential.resourceId`,
      `must be kbs:///REPOSITORY/TYPE/TAG, got ${JSON.stringify(resource)}`,
    );
  }
}

/** Requests name an adapter as they name a model, and its folder is named after it. */
function validateAdapters(path: string, adapters: unknown, baseName: string | undefined, errors: FieldErrors): void {
  if (adapters !== undefined && adapters !== null && !Array.isArray(adapters)) {
    errors.invalid(path, 'must be a list of models');
    return;
  }
  const seen = new Map<string, number>();
  for (const [index, adapter] of readObjects(adapters as Fields[])) {
    const at = `${path}[${index}].name`;
    const name = readText(adapter['name']);
    if (!name) {
      errors.required(at, 'must name the adapter');
    } else if (name === '.' || name === '..') {
      errors.invalid(at, `must not be ${JSON.stringify(name)}: its folder is named after it`);
    } else if (seen.has(name)) {
      errors.duplicate(at, `must be unique, ${JSON.stringify(name)} is at index ${seen.get(name)} too`);
    } else {
      seen.set(name, index);
      if (name === baseName) errors.invalid(at, `must differ from the name of the model, ${JSON.stringify(name)}`);
    }
  }
}
