/** The deepest folder that all of these are, or are below; of one, itself (KServe's FindCommonParentPath). */
export function commonFolder(paths: readonly string[]): string {
  const [first = [], ...others] = paths.map((path) => path.split('/').filter((part) => part !== ''));
  const differs = first.findIndex((part, index) => others.some((other) => other[index] !== part));
  return `/${(differs < 0 ? first : first.slice(0, differs)).join('/')}`;
}
