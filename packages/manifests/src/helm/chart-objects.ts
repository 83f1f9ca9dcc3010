import type { AnyObject } from '@serval/kube/objects';
import type { FileSet } from '../file-set.ts';
import { objectFile } from '../kustomize/files.ts';
import { renderVariant } from '../kustomize/render-variant.ts';
import type { VariantOptions } from '../kustomize/variant-options.ts';
import { ManifestsError } from '../manifests-error.ts';
import type { Variant } from '../variant.ts';
import type { Expression } from './expression.ts';
import { type ConditionOf, mergeVariants } from './merge-variants.ts';
import { followNamespace, probeNamespaces } from './namespace-text.ts';
import type { ChartObject } from './parameter.ts';
import { Computed, Each, isFields, type TemplateNode } from './tree.ts';
import { certificateCondition, certificateKinds, variantCondition, variantKinds } from './variants.ts';
import { followWatchedNamespaces } from './watched-namespaces.ts';

/** Variants that become one set of templates, and how to tell them apart. */
interface ChartVariants {
  readonly kinds: readonly Omit<Variant, 'namespace'>[];
  readonly conditionOf: ConditionOf;
}

const everyVariant: ChartVariants = { kinds: variantKinds, conditionOf: variantCondition };
/** Definitions are the same for every operator. */
export const definitionVariants: ChartVariants = { kinds: certificateKinds, conditionOf: certificateCondition };

/**
 * The objects of all variants as one set of templates: rendered by Kustomize for two namespaces and each variant, and compared. What differs
 * becomes an expression or a condition; nothing is written by hand.
 *
 * @param options which objects of the installation
 * @param namespace what stands for the installation's namespace
 */
export function chartObjects(
  files: FileSet,
  options: VariantOptions,
  namespace: Expression,
  { kinds, conditionOf }: ChartVariants = everyVariant,
): ChartObject[] {
  const variants = kinds.map((kind) => {
    const [a, b] = probeNamespaces.map((probe) => renderVariant(files, { ...kind, namespace: probe }, options));
    return followWatchedNamespaces(followNamespace([a ?? [], b ?? []], namespace));
  });
  return templatesOf(variants, conditionOf);
}

/** Objects of each variant (in the order of `variantKinds`), as one template per object. */
export function templatesOf(
  variants: readonly (readonly TemplateNode[])[],
  conditionOf: ConditionOf = variantCondition,
): ChartObject[] {
  const keys = [...new Set(variants.flatMap((nodes) => nodes.map(keyOf)))].sort();
  return keys.map((key) => {
    const versions = variants.map((nodes) => nodes.find((node) => keyOf(node) === key));
    const [kind = '', name = ''] = key.split(' ');
    return { kind, name, file: fileOf(kind, name), node: mergeVariants(versions, conditionOf) };
  });
}

/** Objects that every variant has, and that hold no namespace. */
export function constantObjects(objects: readonly AnyObject[]): ChartObject[] {
  return templatesOf(variantKinds.map(() => objects as unknown as TemplateNode[]));
}

/** Names that hold the namespace are told without: `ClusterRole serval-operator`. */
function keyOf(node: TemplateNode): string {
  if (node instanceof Each) return keyOf(node.node);
  const metadata = isFields(node) ? node['metadata'] : undefined;
  if (!isFields(node) || !isFields(metadata)) throw new ManifestsError('BadSource', 'an object without metadata');
  const name = metadata['name'];
  return `${String(node['kind'])} ${name instanceof Computed ? fixedPart(name.expression) : String(name)}`;
}

function fixedPart(expression: Expression): string {
  const [format] = expression.op === 'call' ? expression.args : [];
  if (format?.op !== 'text' || !format.text.endsWith('.%s')) {
    throw new ManifestsError('BadSource', 'a name is computed in another way than by the namespace at its end');
  }
  return format.text.slice(0, -'.%s'.length);
}

function fileOf(kind: string, name: string): string {
  return kind === 'CustomResourceDefinition'
    ? `${name}.yaml`
    : objectFile({ apiVersion: '', kind, metadata: { name } } as AnyObject);
}
