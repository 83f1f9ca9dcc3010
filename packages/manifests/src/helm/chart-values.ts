import type { FileSet } from '../file-set.ts';
import type { Variant } from '../variant.ts';
import { parseYaml } from '../yaml/parse-yaml.ts';
import { type ChartName, chartFolder } from './chart.ts';

/**
 * The values by which a chart renders to a variant, its namespace being the release's. A chart whose definitions do not depend on webhooks
 * has none of these values, and refuses them.
 */
export function variantValues(
  files: FileSet,
  chart: ChartName,
  variant: Omit<Variant, 'namespace'>,
): Record<string, unknown> {
  const path = `${chartFolder(chart)}/values.yaml`;
  const [known] = parseYaml(files.get(path) ?? '', path) as [Record<string, unknown>?];
  const { webhooks, certificates, restricted } = variant;
  const values = {
    webhooks: { enabled: webhooks },
    certificates: { mode: certificates },
    ...(restricted
      ? { watchNamespaces: [...restricted.watchNamespaces], clusterScoped: restricted.clusterScoped }
      : {}),
  };
  return Object.fromEntries(Object.entries(values).filter(([name]) => Object.hasOwn(known ?? {}, name)));
}
