import { watchNamespacesArg } from '../objects/deployment.ts';
import { call, entryValue, insideRange, literal, value } from './expression.ts';
import { Computed, computed, Each, isFields, isItems, type TemplateNode } from './tree.ts';

/** A namespace that nothing else is called: the one that is served in renders from which templates are made. */
export const probeWatched = 'serval-probe-watched';

const watchNamespaces = value('watchNamespaces');

/** The objects of one installation, with expressions wherever the namespaces that are served stand; what is in one of them is there for each. */
export function followWatchedNamespaces(objects: readonly TemplateNode[]): TemplateNode[] {
  return objects.map((object) => {
    const metadata = isFields(object) ? object['metadata'] : undefined;
    const isWatched = isFields(metadata) && metadata['namespace'] === probeWatched;
    return isWatched ? new Each(watchNamespaces, forOne(object)) : forAll(object);
  });
}

function forOne(node: TemplateNode): TemplateNode {
  if (node === probeWatched) return computed(entryValue);
  if (node instanceof Computed) return computed(insideRange(node.expression));
  return inside(node, forOne);
}

function forAll(node: TemplateNode): TemplateNode {
  if (isItems(node) && node.length === 1 && node[0] === probeWatched) return computed(watchNamespaces);
  if (node === `${watchNamespacesArg}${probeWatched}`) {
    const names = call('join', literal(','), watchNamespaces);
    return computed(call('printf', literal(`${watchNamespacesArg}%s`), names));
  }
  return inside(node, forAll);
}

function inside(node: TemplateNode, change: (node: TemplateNode) => TemplateNode): TemplateNode {
  if (isItems(node)) return node.map(change);
  if (!isFields(node)) return node;
  return Object.fromEntries(
    Object.entries(node).map(([field, part]) => [field, part === undefined ? part : change(part)]),
  );
}
