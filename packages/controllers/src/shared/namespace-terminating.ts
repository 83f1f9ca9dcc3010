import { isStatusError } from '@serval/kube/objects';

/** Was a create refused because its namespace is going? Then there is nothing to retry: the owner goes too. */
export function isNamespaceTerminating(error: unknown): boolean {
  if (!isStatusError(error, 'Forbidden')) return false;
  const told = error.details?.causes?.some(({ reason }) => reason === 'NamespaceTerminating');
  return told || error.message.includes('because it is being terminated');
}
