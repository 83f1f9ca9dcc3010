import { type Condition, setCondition } from '@serval/kube/objects';

export interface NamespaceContent {
  /** Objects left, by `resource.group`. */
  remaining: Record<string, number>;
  /** Finalizers of those objects and how many have them. */
  finalizers: Record<string, number>;
  /** Kinds that could not be deleted or listed, with the reason. */
  failures: string[];
}

/** The conditions of a namespace that is being deleted, with upstream's reasons and messages. */
export function namespaceConditions(
  current: readonly Condition[] | undefined,
  { remaining, finalizers, failures }: NamespaceContent,
  now: string,
): Condition[] {
  const kinds = Object.entries(remaining).sort();
  const holders = Object.entries(finalizers).sort();
  const wanted: Condition[] = [
    condition(
      'NamespaceDeletionDiscoveryFailure',
      false,
      'ResourcesDiscovered',
      'All resources successfully discovered',
    ),
    condition(
      'NamespaceDeletionGroupVersionParsingFailure',
      false,
      'ParsedGroupVersions',
      'All legacy kube types successfully parsed',
    ),
    failures.length > 0
      ? condition(
          'NamespaceDeletionContentFailure',
          true,
          'ContentDeletionFailed',
          `Failed to delete all resource types, ${failures.length} remaining: ${failures.sort().join(', ')}`,
        )
      : condition(
          'NamespaceDeletionContentFailure',
          false,
          'ContentDeleted',
          'All content successfully deleted, may be waiting on finalization',
        ),
    kinds.length > 0
      ? condition(
          'NamespaceContentRemaining',
          true,
          'SomeResourcesRemain',
          `Some resources are remaining: ${kinds.map(([kind, count]) => `${kind} has ${count} resource instances`).join(', ')}`,
        )
      : condition('NamespaceContentRemaining', false, 'ContentRemoved', 'All content successfully removed'),
    holders.length > 0
      ? condition(
          'NamespaceFinalizersRemaining',
          true,
          'SomeFinalizersRemain',
          `Some content in the namespace has finalizers remaining: ${holders
            .map(([name, count]) => `${name} in ${count} resource instances`)
            .join(', ')}`,
        )
      : condition(
          'NamespaceFinalizersRemaining',
          false,
          'ContentHasNoFinalizers',
          'All content-preserving finalizers finished',
        ),
  ];
  return wanted.reduce<Condition[]>((list, next) => setCondition(list, next, now), [...(current ?? [])]);
}

function condition(type: string, holds: boolean, reason: string, message: string): Condition {
  return { type, status: holds ? 'True' : 'False', reason, message };
}
