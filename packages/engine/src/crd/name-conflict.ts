import type { Catalogue } from '../registry/catalogue.ts';
import type { CustomResourceDefinition } from './definition.ts';

/** Names that another resource of the same group already has. */
export function findNameConflict(catalogue: Catalogue, definition: CustomResourceDefinition): string | undefined {
  const { group, names } = definition.spec;
  const others = catalogue
    .all()
    .filter((resource) => resource.group === group && resource.stored.id !== `${group}/${names.plural}`);
  for (const other of others) {
    const taken = new Set([other.plural, other.singular, ...other.shortNames]);
    for (const name of [names.plural, names.singular, ...(names.shortNames ?? [])]) {
      if (name && taken.has(name)) return `${JSON.stringify(name)} is already in use`;
    }
    if (other.kind === names.kind) return `${JSON.stringify(names.kind)} is already in use`;
    if (names.listKind && other.listKind === names.listKind)
      return `${JSON.stringify(names.listKind)} is already in use`;
  }
  return undefined;
}
