import type { AnyObject } from '@serval/kube/objects';
import type { FileSet } from '../file-set.ts';
import { objectFile } from '../kustomize/files.ts';
import { renderVariant, type VariantOptions } from '../kustomize/render-variant.ts';
import { ManifestsError } from '../manifests-error.ts';
import type { Expression } from './expression.ts';
import { mergeVariants } from './merge-variants.ts';
import { followNamespace, probeNamespaces } from './namespace-text.ts';
import type { ChartObject } from './parameter.ts';
import { isFields, type TemplateNode } from './tree.ts';
import { variantCondition, variantKinds } from './variants.ts';

/**
 * The objects of all variants as one set of templates: rendered by Kustomize for two namespaces and each variant, and compared. What differs
 * becomes an expression or a condition; nothing is written by hand.
 *
 * @param options which objects of the installation
 * @param namespace what stands for the installation's namespace
 */
export function chartObjects(files: FileSet, options: VariantOptions, namespace: Expression): ChartObject[] {
  const variants = variantKinds.map((kind) => {
    const [a, b] = probeNamespaces.map((probe) => renderVariant(files, { ...kind, namespace: probe }, options));
    return followNamespace([a ?? [], b ?? []], namespace);
  });
  return templatesOf(variants);
}

/** Objects of each variant (in the order of `variantKinds`), as one template per object. */
export function templatesOf(variants: readonly (readonly TemplateNode[])[]): ChartObject[] {
  const keys = [...new Set(variants.flatMap((nodes) => nodes.map(keyOf)))].sort();
  return keys.map((key) => {
    const versions = variants.map((nodes) => nodes.find((node) => keyOf(node) === key));
    const [kind = '', name = ''] = key.split(' ');
    return { kind, name, file: fileOf(kind, name), node: mergeVariants(versions, variantCondition) };
  });
}

/** Objects that every variant has, and that hold no namespace. */
export function constantObjects(objects: readonly AnyObject[]): ChartObject[] {
  return templatesOf(variantKinds.map(() => objects as unknown as TemplateNode[]));
}

function keyOf(node: TemplateNode): string {
  const metadata = isFields(node) ? node['metadata'] : undefined;
  if (!isFields(node) || !isFields(metadata)) throw new ManifestsError('BadSource', 'an object without metadata');
  return `${String(node['kind'])} ${String(metadata['name'])}`;
}

function fileOf(kind: string, name: string): string {
  return kind === 'CustomResourceDefinition'
    ? `${name}.yaml`
    : objectFile({ apiVersion: '', kind, metadata: { name } } as AnyObject);
}
