import type { FieldErrors } from '../../schema/field-errors.ts';
import { readObject, readObjects } from '../../schema/lenient.ts';
import type { Fields } from './validate-workload.ts';

/** Each further place of the cache is one volume of one kind. */
export function validateCache(path: string, cache: object | undefined, errors: FieldErrors): void {
  const { secondary } = (cache ?? {}) as { secondary?: Fields[] };
  for (const [index, tier] of readObjects(secondary)) {
    const at = `${path}.secondary[${index}].fileSystem`;
    const volume = readObject(tier['fileSystem'] as object) as Fields | undefined;
    if (!volume) {
      errors.required(at, 'must be set: only volumes can be further places');
      continue;
    }
    exactlyOne(at, volume, ['emptyDir', 'pvc'], errors);
    const claim = readObject(volume['pvc'] as object) as Fields | undefined;
    if (!claim) continue;
    exactlyOne(`${at}.pvc`, claim, ['ref', 'spec'], errors);
    const reference = readObject(claim['ref'] as object) as Fields | undefined;
    if (reference?.['name'] === '') errors.required(`${at}.pvc.ref.name`, 'must name a claim');
  }
}

function exactlyOne(path: string, object: Fields, names: string[], errors: FieldErrors): void {
  const found = names.filter((name) => readObject(object[name] as object));
  if (found.length === 0) errors.required(path, `must have ${names.join(' or ')}`);
  if (found.length > 1) errors.invalid(path, `must have one of ${names.join(' and ')}, not both`);
}
