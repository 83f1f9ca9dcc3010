import type { ConfigMap } from '@serval/kube/objects';
import { ConfigError, type ConfigProblem } from './config-error.ts';
import { type Findings, parseSection, readFields, type Unused } from './read-section.ts';
import { sections } from './sections/index.ts';
import { defaultNamespace, type ServingConfig } from './serving-config.ts';
import type { Fields } from './setting.ts';

export { ConfigError };

/** Keys of the ConfigMap that are documentation, and no settings (KServe ships one). */
const remarks: ReadonlySet<string> = new Set(['_example']);

export interface ReadConfig {
  /** With defaults where something is wrong. */
  readonly config: ServingConfig;
  /** What is wrong, all of it. */
  readonly problems: readonly ConfigProblem[];
  /** What is written and without effect, known or not. */
  readonly unused: readonly Unused[];
}

/**
 * What a ConfigMap says: one JSON text per section, as KServe has it. What is not written has its default; sections and keys that are not
 * known, or known and without effect, are left alone, since they may be meant for another release. A Gateway without a
 * namespace is in the ConfigMap's own (KServe always has NAMESPACE/NAME), so that an installation can be moved without changing its content.
 */
export function readServingConfig(configMap: ConfigMap | undefined): ReadConfig {
  const findings: Findings = { problems: [], unused: [] };
  const data = configMap?.data ?? {};
  const config: Record<string, unknown> = {};
  for (const [name, fields] of Object.entries(sections) as [string, Fields][]) {
    // What is without effect is not refused either.
    const isIdle = Object.values(fields).every((setting) => setting.isIdle);
    const told = isIdle ? { ...findings, problems: [] } : findings;
    const written = parseSection(name, data[name], told);
    config[name] = readFields(name, written ?? {}, fields, told);
  }
  for (const name of Object.keys(data)) {
    if (!Object.hasOwn(sections, name) && !remarks.has(name)) {
      findings.unused.push({ path: name, known: Object.keys(sections) });
    }
  }
  const read = config as unknown as ServingConfig;
  return { ...findings, config: withGatewayNamespace(read, configMap?.metadata.namespace ?? defaultNamespace) };
}

/** @throws ConfigError naming key, value and expectation of everything that is wrong. */
export function parseServingConfig(configMap: ConfigMap | undefined): ServingConfig {
  const { config, problems } = readServingConfig(configMap);
  if (problems.length > 0) throw new ConfigError(problems);
  return config;
}

function withGatewayNamespace(config: ServingConfig, namespace: string): ServingConfig {
  const { ingress } = config;
  if (ingress.kserveIngressGateway.includes('/')) return config;
  return { ...config, ingress: { ...ingress, kserveIngressGateway: `${namespace}/${ingress.kserveIngressGateway}` } };
}
