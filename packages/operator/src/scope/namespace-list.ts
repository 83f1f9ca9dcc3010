/** More would mean more watches than a cluster-wide operator has in all. */
const maxWatchedNamespaces = 200;

const label = /^[a-z0-9]([-a-z0-9]{0,61}[a-z0-9])?$/;

/**
 * `a,b` as a list, each once. Empty for an empty text, which stands for all namespaces.
 *
 * @throws RangeError naming what is no namespace.
 */
export function parseNamespaceList(text: string): string[] {
  const names = text
    .split(',')
    .map((name) => name.trim())
    .filter((name) => name !== '');
  const wrong = names.find((name) => !label.test(name));
  if (wrong !== undefined) throw new RangeError(`"${wrong}" is no name of a namespace`);
  const distinct = [...new Set(names)];
  if (distinct.length > maxWatchedNamespaces) {
    throw new RangeError(`${distinct.length} namespaces; at most ${maxWatchedNamespaces} can be listed`);
  }
  return distinct;
}
