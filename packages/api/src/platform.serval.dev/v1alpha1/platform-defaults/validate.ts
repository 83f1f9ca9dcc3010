import type { FieldError } from '@serval/kube/schema';
import { FieldErrors } from '../../../schema/field-errors.ts';
import { readObject, readText } from '../../../schema/lenient.ts';
import { entriesOfLayer, validateCredentialLayer } from '../../credentials/validate.ts';
import { validateNameAt } from '../../names.ts';
import { defaultCredentialNamespace } from '../../reserved-namespaces.ts';
import { platformDefaultsName } from './schema.ts';
import type { PlatformDefaults } from './types.ts';

/** Every error of the platform's defaults that a schema cannot tell. */
export function validatePlatformDefaults({ metadata, spec: given }: PlatformDefaults): FieldError[] {
  const errors = new FieldErrors();
  const name = readText(metadata?.name);
  if (name !== platformDefaultsName) {
    errors.invalid('metadata.name', `must be ${platformDefaultsName}: there is one PlatformDefaults`);
  }
  const spec = readObject(given);
  const own = readText(spec?.credentialNamespace);
  validateNameAt('spec.credentialNamespace', own, 'namespace', errors);
  validateCredentialLayer('spec', spec, errors);
  const namespace = own || defaultCredentialNamespace;
  for (const [path, { secretRef }] of entriesOfLayer('spec', spec)) {
    const named = readText(readObject(secretRef)?.namespace);
    if (named && named !== namespace) {
      errors.forbidden(
        `${path}.secretRef.namespace`,
        `must be credentialNamespace, ${namespace}, or absent: what everybody inherits is kept in one place`,
      );
    }
  }
  return errors.list;
}
