import { parseStorageScope, type StorageScope } from '@serval/api';
import type { OwnChoice } from './own-choice.ts';
import type { Part } from './part.ts';
import type { Source } from './storage-request.ts';

/** What stage, pipeline and platform give for reading from one address. */
type Given =
  | { readonly state: 'nothing' }
  | { readonly state: 'given'; readonly id: string; readonly part: Part }
  /** One is meant for it, and cannot be had. */
  | { readonly state: 'refused'; readonly problem: string };

/** Of one namespace. */
export type GivenStorage = (address: StorageScope) => Given;

interface Asked {
  readonly scope: StorageScope;
  readonly given: Given;
}

/**
 * What an initializer gets besides what is the service's own. One container has one credential for a kind of store, so what it reads there must be
 * for the same one: an address would be read with a credential that is not for it otherwise.
 */
export function decideGiven(
  sources: readonly Source[],
  own: OwnChoice,
  given: GivenStorage,
): { readonly parts: readonly Part[]; readonly problems: readonly string[] } {
  const asked = sources.flatMap(({ uri }): Asked[] => {
    const scope = own.of(uri) === undefined ? parseStorageScope(uri) : undefined;
    return scope ? [{ scope, given: given(scope) }] : [];
  });
  const problems = asked.flatMap(({ scope, given: one }) =>
    one.state === 'refused' ? [`${scope.text} cannot be read: ${one.problem}`] : [],
  );
  const kinds = Map.groupBy(asked, ({ scope }) => scope.kind);
  const mixed = [...kinds.values()].flatMap((same) => mixedProblem(same) ?? []);
  const parts = [...kinds.values()].flatMap(([first]) => (first?.given.state === 'given' ? [first.given.part] : []));
  return { parts, problems: [...new Set([...problems, ...mixed])] };
}

function mixedProblem(same: readonly Asked[]): string | undefined {
  const [first] = same;
  const other = same.find(({ given }) => idOf(given) !== (first && idOf(first.given)));
  if (!first || !other) return undefined;
  return `${first.scope.text} and ${other.scope.text} are not read with the same credential; give them one entry of storageCredentials, or a service each`;
}

function idOf(given: Given): string | undefined {
  return given.state === 'given' ? given.id : undefined;
}
