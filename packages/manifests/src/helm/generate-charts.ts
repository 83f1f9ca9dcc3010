import { operatorImage } from '@serval/operator/declarations';
import type { FileSet } from '../file-set.ts';
import { renderRuntimes } from '../kustomize/render-variant.ts';
import { type Chart, chartFiles } from './chart.ts';
import { chartObjects, constantObjects, definitionVariants } from './chart-objects.ts';
import { conversionNamespace, conversionParameters, keep } from './crds-parameters.ts';
import { releaseNamespace } from './expression.ts';
import { conversionNotes, crdsNotes, servalNotes } from './notes.ts';
import { type ChartObject, parameterise } from './parameter.ts';
import { crdsReadme, servalReadme } from './readmes.ts';
import { servalBindings } from './serval-parameters.ts';
import { valuesRead } from './tree.ts';
import { variantParameters } from './variant-parameters.ts';

/**
 * Both charts, made of what `deploy/kustomize` renders to.
 *
 * @param kustomize the files of `deploy/crds` and `deploy/kustomize`
 * @throws ManifestsError BadSource where a parameter has no place, or a value no effect
 */
export function generateCharts(kustomize: FileSet): FileSet {
  const definitions = chartObjects(
    kustomize,
    { crds: 'standard', namespaceObject: false },
    conversionNamespace,
    definitionVariants,
  ).filter(({ kind }) => kind === 'CustomResourceDefinition');
  const objects = chartObjects(kustomize, { crds: 'none', namespaceObject: false, gateway: true }, releaseNamespace);
  const runtimes = constantObjects(renderRuntimes(kustomize));
  const charts = [crdsChart(definitions), servalChart([...objects, ...runtimes])];
  return new Map(charts.flatMap((chart) => [...chartFiles(chart)]));
}

/** The version of the software: both charts are released with it, and only with it. */
const version = operatorImage.split(':').at(-1) ?? '';

/** The chart of the definitions. */
export function crdsChart(definitions: readonly ChartObject[]): Chart {
  const read = new Set(definitions.flatMap(({ node }) => valuesRead(node)));
  const parameters = conversionParameters(read);
  return {
    ...parameterise(definitions, parameters, [keep]),
    name: 'serval-crds',
    description: 'The definitions of the kinds that Serval serves',
    version,
    notes: parameters.length > 0 ? [...crdsNotes, ...conversionNotes] : crdsNotes,
    readme: crdsReadme(parameters.length > 0),
  };
}

function servalChart(objects: readonly ChartObject[]): Chart {
  return {
    ...parameterise(objects, variantParameters, servalBindings),
    name: 'serval',
    description: 'Machine-learning models served from one YAML file: the operator',
    version,
    notes: servalNotes,
    readme: servalReadme,
  };
}
