import type { ConfigMap } from '@serval/kube/objects';
import { pathOf } from '../gateway/path-route.ts';
import { evaluateTemplate } from '../template/go-template.ts';
import { checkCredentials } from './check-credentials.ts';
import { ConfigError } from './config-error.ts';
import { configMapName, defaultNamespace, defaultServingConfig, type ServingConfig } from './serving-config.ts';

export { ConfigError };

type Section = keyof ServingConfig;
const sections = Object.keys(defaultServingConfig) as Section[];

/**
 * The configuration that a ConfigMap holds: one JSON text per section, as KServe has it. What is not written has its
 * default; sections and keys that are not known are left alone, since they may be meant for another release. A Gateway without a namespace is
 * in the ConfigMap's own (KServe always has NAMESPACE/NAME), so that an installation can be moved without changing its content.
 *
 * @throws ConfigError naming section, key, value and expectation, for the first that is wrong.
 */
export function parseServingConfig(configMap: ConfigMap | undefined): ServingConfig {
  const parsed: Record<string, unknown> = {};
  for (const section of sections) {
    parsed[section] = mergeDefaults(
      section,
      readSection(section, configMap?.data?.[section]),
      defaultServingConfig[section],
    );
  }
  const config = parsed as unknown as ServingConfig;
  check(config);
  checkCredentials(config);
  return withGatewayNamespace(config, configMap?.metadata.namespace ?? defaultNamespace);
}

function withGatewayNamespace(config: ServingConfig, namespace: string): ServingConfig {
  const { ingress } = config;
  if (ingress.kserveIngressGateway.includes('/')) return config;
  return { ...config, ingress: { ...ingress, kserveIngressGateway: `${namespace}/${ingress.kserveIngressGateway}` } };
}

function readSection(section: Section, text: string | undefined): Record<string, unknown> {
  if (text === undefined || text.trim() === '') return {};
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch (error) {
    throw new ConfigError(`${configMapName}: ${section} must be JSON: ${(error as Error).message}`);
  }
  if (typeof value !== 'object' || value === null || Array.isArray(value)) {
    throw new ConfigError(`${configMapName}: ${section} must be a JSON object`);
  }
  return value as Record<string, unknown>;
}

/** Written values over defaults; a value whose default has a type must have the same. */
function mergeDefaults(path: string, written: Record<string, unknown>, defaults: object): Record<string, unknown> {
  const result: Record<string, unknown> = { ...defaults };
  for (const [key, value] of Object.entries(written)) {
    if (value === null || value === undefined) continue;
    const fallback = (defaults as Record<string, unknown>)[key];
    if (fallback !== undefined && typeName(fallback) !== typeName(value)) {
      throw new ConfigError(
        `${configMapName}: ${path}.${key} must be ${typeName(fallback)}, got ${JSON.stringify(value)}`,
      );
    }
    result[key] =
      typeName(value) === 'an object' && typeName(fallback) === 'an object'
        ? mergeDefaults(`${path}.${key}`, value as Record<string, unknown>, fallback as object)
        : value;
  }
  return result;
}

function typeName(value: unknown): string {
  if (Array.isArray(value)) return 'a list';
  return (
    { string: 'a text', boolean: 'true or false', number: 'a number', object: 'an object' }[typeof value as string] ??
    typeof value
  );
}

function check({ ingress }: ServingConfig): void {
  if (!/^[^/\s]+(\/[^/\s]+)?$/.test(ingress.kserveIngressGateway)) {
    throw new ConfigError(
      `${configMapName}: ingress.kserveIngressGateway must be NAMESPACE/NAME or NAME of a Gateway, got ${JSON.stringify(ingress.kserveIngressGateway)}`,
    );
  }
  if (ingress.urlScheme !== 'http' && ingress.urlScheme !== 'https') {
    throw new ConfigError(
      `${configMapName}: ingress.urlScheme must be http or https, got ${JSON.stringify(ingress.urlScheme)}`,
    );
  }
  for (const key of ['pathTemplate', 'ingressClassName'] as const) {
    if (ingress[key] !== undefined && typeof ingress[key] !== 'string') {
      throw new ConfigError(`${configMapName}: ingress.${key} must be a text, got ${JSON.stringify(ingress[key])}`);
    }
  }
  const domains: unknown = ingress.additionalIngressDomains ?? [];
  if (!Array.isArray(domains) || domains.some((domain) => typeof domain !== 'string')) {
    throw new ConfigError(
      `${configMapName}: ingress.additionalIngressDomains must be a list of texts, got ${JSON.stringify(domains)}`,
    );
  }
  try {
    if (ingress.pathTemplate) pathOf(ingress.pathTemplate, 'a', 'b');
  } catch (error) {
    throw new ConfigError(`${configMapName}: ${(error as Error).message}`);
  }
  try {
    evaluateTemplate(ingress.domainTemplate, {
      Name: 'a',
      Namespace: 'b',
      IngressDomain: 'c',
      Labels: {},
      Annotations: {},
    });
  } catch (error) {
    throw new ConfigError(`${configMapName}: ingress.domainTemplate: ${(error as Error).message}`);
  }
}
