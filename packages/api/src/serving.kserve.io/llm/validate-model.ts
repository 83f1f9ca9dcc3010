import type { FieldErrors } from '../../schema/field-errors.ts';
import { readObject, readObjects, readText } from '../../schema/lenient.ts';
import type { Fields } from './validate-workload.ts';

/** The model, its adapters, and whether its weights can be decrypted. */
export function validateModel(model: object | undefined, serviceName: string | undefined, errors: FieldErrors): void {
  const fields = (model ?? {}) as Fields;
  const path = 'spec.model';
  const lora = readObject(fields['lora'] as object) as Fields | undefined;
  validateAdapters(`${path}.lora.adapters`, lora?.['adapters'], readText(fields['name']) ?? serviceName, errors);
  const confidential = readObject(fields['confidential'] as object) as Fields | undefined;
  const resource = readText(confidential?.['resourceId']);
  if (confidential?.['enabled'] === true && resource && !resourcePattern.test(resource)) {
    errors.invalid(
      `${path}.confidential.resourceId`,
      `must be kbs:///REPOSITORY/TYPE/TAG, got ${JSON.stringify(resource)}`,
    );
  }
}

/** Where a key broker keeps a key (KServe's ValidateConfidentialSpec). */
const resourcePattern = /^kbs:\/\/(?:\/[a-zA-Z0-9_.-]+){3}$/;

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
