import type { AnyObject } from '@serval/kube/objects';
import { ManifestsError } from '../manifests-error.ts';
import { objectKey } from '../objects/object-key.ts';
import { call, type Expression, literal } from './expression.ts';
import { computed, isFields, isItems, type TemplateNode } from './tree.ts';

/** Two namespaces that nothing else is called. */
export const probeNamespaces = ['serval-probe-a', 'serval-probe-b'] as const;

/**
 * The objects of one installation, with an expression wherever the namespace stands. Where that is, is not known beforehand: it is where
 * the renders for two namespaces differ.
 *
 * @param renders the same installation in each of `probeNamespaces`
 * @throws ManifestsError BadSource where they differ in anything but the name of the namespace.
 */
export function followNamespace(
  renders: readonly [readonly AnyObject[], readonly AnyObject[]],
  namespace: Expression,
): TemplateNode[] {
  const [inA, inB] = renders;
  return inA.map((object, index) => {
    const other = inB[index];
    const where = objectKey(object);
    if (!other || inA.length !== inB.length) throw differs(where);
    return follow(object as TemplateNode, other as TemplateNode, namespace, where);
  });
}

function follow(a: TemplateNode, b: TemplateNode | undefined, namespace: Expression, where: string): TemplateNode {
  if (a === b) return a;
  if (typeof a === 'string' && typeof b === 'string') return namespaceIn(a, b, namespace, where);
  if (isItems(a) && isItems(b) && a.length === b.length) {
    return a.map((item, index) => follow(item, b[index], namespace, `${where}[${index}]`));
  }
  if (isFields(a) && isFields(b) && Object.keys(a).length === Object.keys(b).length) {
    return Object.fromEntries(
      Object.entries(a).map(([field, node]) => [
        field,
        node === undefined ? node : follow(node, b[field], namespace, `${where} ${field}`),
      ]),
    );
  }
  throw differs(where);
}

function namespaceIn(a: string, b: string, namespace: Expression, where: string): TemplateNode {
  const [nameA, nameB] = probeNamespaces;
  const pieces = a.split(nameA);
  if (pieces.join(nameB) !== b) throw differs(where);
  if (a === nameA) return computed(namespace);
  if (a.includes('%')) throw new ManifestsError('BadSource', `${where}: a percent sign beside the namespace`);
  const places = pieces.slice(1).map(() => namespace);
  return computed(call('printf', literal(pieces.join('%s')), ...places));
}

function differs(where: string): ManifestsError {
  return new ManifestsError('BadSource', `${where} differs between namespaces in more than their name`);
}
