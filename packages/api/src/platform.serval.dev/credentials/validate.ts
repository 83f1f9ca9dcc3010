import type { FieldErrors } from '../../schema/field-errors.ts';
import { readObject, readObjects, readText } from '../../schema/lenient.ts';
import { validateNameAt } from '../names.ts';
import { foldedRegistryMatch, registryMatchProblem } from './registry-match.ts';
import type { CredentialEntry, CredentialSet, OwnCredentialSet } from './schema.ts';
import { foldedStorageMatch, storageMatchProblem } from './storage-match.ts';

/** Both sets of a layer. */
export interface CredentialLayer {
  registryCredentials?: CredentialSet | OwnCredentialSet;
  storageCredentials?: CredentialSet | OwnCredentialSet;
}

interface MatchRules {
  problem(match: string): string | undefined;
  folded(match: string): string;
}

const rulesOf: Record<keyof CredentialLayer, MatchRules> = {
  registryCredentials: { problem: registryMatchProblem, folded: foldedRegistryMatch },
  storageCredentials: { problem: storageMatchProblem, folded: foldedStorageMatch },
};

/** Adds every error of a layer's entries. */
export function validateCredentialLayer(path: string, layer: CredentialLayer | undefined, errors: FieldErrors): void {
  for (const field of ['registryCredentials', 'storageCredentials'] as const) {
    const set = readObject(readObject(layer)?.[field]);
    validateEntries(`${path}.${field}.entries`, set?.entries, rulesOf[field], errors);
  }
}

/** The entries of a layer with their paths. */
export function entriesOfLayer(path: string, layer: CredentialLayer | undefined): [string, CredentialEntry][] {
  return (['registryCredentials', 'storageCredentials'] as const).flatMap((field) =>
    readObjects(readObject(readObject(layer)?.[field])?.entries).map(([index, entry]): [string, CredentialEntry] => [
      `${path}.${field}.entries[${index}]`,
      entry,
    ]),
  );
}

function validateEntries(
  path: string,
  entries: readonly CredentialEntry[] | undefined,
  rules: MatchRules,
  errors: FieldErrors,
): void {
  const seen = new Map<string, [index: number, match: string]>();
  for (const [index, entry] of readObjects(entries)) {
    const at = `${path}[${index}]`;
    const match = readText(entry.match);
    const problem = match === undefined ? undefined : rules.problem(match);
    if (problem) errors.invalid(`${at}.match`, problem);
    else if (match !== undefined) {
      const folded = rules.folded(match);
      const first = seen.get(folded);
      if (!first) seen.set(folded, [index, match]);
      // The same text twice is the schema's business.
      else if (first[1] !== match) {
        errors.duplicate(`${at}.match`, `must not mean the same as that of entries[${first[0]}]`);
      }
    }
    const ref = readObject(entry.secretRef);
    validateNameAt(`${at}.secretRef.name`, ref?.name, 'object', errors);
    validateNameAt(`${at}.secretRef.namespace`, ref?.namespace, 'namespace', errors);
  }
}
