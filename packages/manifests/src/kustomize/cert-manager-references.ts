import { webhookServiceName } from '@serval/operator/declarations';
import { certificateName, injectAnnotation } from '../objects/certificates.ts';
import { generatedYaml } from '../yaml/generated-file.ts';
import { type ReplacementTarget, replacementTransformer } from './replacements.ts';
import type { Stage } from './stages.ts';

/**
 * The transformer that writes the namespace of the webhooks' Service into the middle of texts, where the field `namespace` of a
 * kustomization does not reach: DNS names of the Certificate and references to it.
 *
 * It is a transformer and not `replacements` of the component: those run before the namespace of a kustomization around is set.
 */
export function certManagerReferences({ added, patches }: Stage, name: string): { file: string; content: string } {
  const annotated = [...added, ...patches.map(({ object }) => object)].filter(
    ({ metadata }) => metadata.annotations?.[injectAnnotation] !== undefined,
  );
  const targets: ReplacementTarget[] = [
    {
      select: { kind: 'Certificate', name: certificateName },
      fieldPaths: ['spec.dnsNames.*'],
      options: { delimiter: '.', index: 1 },
    },
    ...annotated.map(({ kind, metadata }) => ({
      select: { kind, name: metadata.name ?? '' },
      fieldPaths: [`metadata.annotations.[${injectAnnotation}]`],
      options: { delimiter: '/', index: 0 },
    })),
  ];
  const source = { kind: 'Service', name: webhookServiceName, fieldPath: 'metadata.namespace' };
  return {
    file: 'replacements.yaml',
    content: generatedYaml(replacementTransformer(name, [{ source, targets }])),
  };
}
