import { ManifestsError } from '../manifests-error.ts';
import { call, releaseNamespace, value } from './expression.ts';
import { type Binding, type ChartObject, changePlace, type Parameter } from './parameter.ts';
import { Choice, isFields, type TemplateFields, type TemplateNode, when } from './tree.ts';
import { variantParameters } from './variant-parameters.ts';

/** Helm leaves what carries it where it is, on uninstall and when it leaves the chart. */
export const keepAnnotation = 'helm.sh/resource-policy';

/** Where conversion is asked for: the namespace of the chart `serval`, which need not be that of the definitions. */
export const conversionNamespace = call('default', releaseNamespace, value('webhooks.namespace'));

/** Only definitions of several versions depend on webhooks; while there are none, the values would change nothing. */
export function conversionParameters(readValues: ReadonlySet<string>): Parameter[] {
  const own: Parameter = {
    path: 'webhooks.namespace',
    description: 'Namespace of the release of the chart serval; empty: that of this release.',
    schema: { type: 'string' },
    default: '',
  };
  return [...variantParameters, own].filter(({ path }) => readValues.has(path));
}

/** Every definition is kept unless its owner wants otherwise. */
export const keep: Binding = (objects) => ({
  objects: objects.reduce(keptObject, objects),
  parameters: [
    {
      path: 'keep',
      description: 'Whether uninstalling leaves the definitions, and all objects of them, where they are.',
      schema: { type: 'boolean' },
      default: true,
    },
  ],
});

function keptObject(all: readonly ChartObject[], { kind, name }: ChartObject): readonly ChartObject[] {
  return changePlace(all, { kind, name, path: ['metadata'] }, (metadata) => {
    if (!isFields(metadata)) throw new ManifestsError('BadSource', `${kind} ${name} has no metadata`);
    return { ...metadata, annotations: withKeep(metadata['annotations']) };
  });
}

function withKeep(annotations: TemplateNode | undefined): TemplateNode {
  const alone = { condition: value('keep'), node: { [keepAnnotation]: 'keep' } };
  const beside = (node: TemplateNode) => ({
    ...(node as TemplateFields),
    [keepAnnotation]: when(value('keep'), 'keep'),
  });
  if (isFields(annotations)) return beside(annotations);
  // Without other annotations, none is left where the definitions are not kept.
  const others = annotations instanceof Choice ? annotations.branches : [];
  return new Choice([...others.map((branch) => ({ ...branch, node: beside(branch.node) })), alone]);
}
