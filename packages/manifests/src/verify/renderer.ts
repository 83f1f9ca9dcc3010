import type { AnyObject } from '@serval/kube/objects';
import type { FileSet } from '../file-set.ts';
import { type ChartName, chartNames, renderChart, variantValues } from '../helm/index.ts';
import { renderVariant } from '../kustomize/render-variant.ts';
import type { Variant } from '../variant.ts';

/** One way from the files of `deploy/` to objects. */
export interface Renderer {
  /** `kustomize`, `helm`. */
  readonly name: string;
  /** Throws `ManifestsError` for files that cannot be rendered. */
  render(files: FileSet, variant: Variant, signal?: AbortSignal): Promise<AnyObject[]>;
}

/** Definitions have no namespace, and are the administrator's where the operator has nothing that has none. */
export function chartsOf({ restricted }: Variant): readonly ChartName[] {
  return chartNames.filter((chart) => chart === 'serval' || restricted?.clusterScoped !== false);
}

/** Our own renders, which handle what `generate` writes and refuse everything else. */
export const offlineRenderers: readonly Renderer[] = [
  { name: 'kustomize', render: async (files, variant) => renderVariant(files, variant) },
  {
    name: 'helm',
    render: async (files, variant) =>
      chartsOf(variant).flatMap((chart) =>
        renderChart(files, chart, { namespace: variant.namespace, values: variantValues(files, chart, variant) }),
      ),
  },
];
