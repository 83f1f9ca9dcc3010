import type { ConfigMap, Container, EnvVar, KeySelector, Pod, Secret } from '@serval/kube/objects';
import { NodeError } from '../errors.ts';
import { expandVariables } from './expand.ts';
import { fieldValue, type PodFacts, resourceFieldValue } from './field-path.ts';

/** The objects that a Pod's env and volumes name, as read from the API; absent where there is none. */
export interface ConfigSource {
  configMap(namespace: string, name: string): Promise<ConfigMap | undefined>;
  secret(namespace: string, name: string): Promise<Secret | undefined>;
}

/**
 * The environment that a container's `envFrom` and `env` describe. Later entries win; a value may use `$(NAME)` of
 * an earlier one.
 * @param base  what is there before (`HOSTNAME` …), which `$(NAME)` may use too
 * @throws NodeError `CreateContainerConfigError`, worded as the kubelet does, for a missing object, key or field
 */
export async function containerEnvironment(
  pod: Pod,
  container: Container,
  facts: PodFacts,
  source: ConfigSource,
  base: Readonly<Record<string, string>> = {},
): Promise<Record<string, string>> {
  const namespace = pod.metadata.namespace ?? '';
  const env: Record<string, string> = {};
  for (const { prefix = '', configMapRef, secretRef } of container.envFrom ?? []) {
    const data = configMapRef
      ? (await requireObject('configmap', configMapRef, source.configMap(namespace, configMapRef.name)))?.data
      : secretRef
        ? decodeData(await requireObject('secret', secretRef, source.secret(namespace, secretRef.name)))
        : undefined;
    for (const [key, value] of Object.entries(data ?? {})) {
      if (isEnvName(prefix + key)) env[prefix + key] = value;
    }
  }
  for (const variable of container.env ?? []) {
    const value = await envValue(variable, pod, container, facts, source);
    if (value === undefined) continue;
    env[variable.name] = variable.valueFrom ? value : expandVariables(value, { ...base, ...env });
  }
  return env;
}

/** `undefined` for an optional reference that leads nowhere: the variable is left out. */
async function envValue(
  { name, value, valueFrom }: EnvVar,
  pod: Pod,
  container: Container,
  facts: PodFacts,
  source: ConfigSource,
): Promise<string | undefined> {
  const namespace = pod.metadata.namespace ?? '';
  if (!valueFrom) return value ?? '';
  if (valueFrom.fieldRef) {
    const { fieldPath } = valueFrom.fieldRef;
    const found = /^metadata\.(labels|annotations)$/.test(fieldPath) ? undefined : fieldValue(pod, facts, fieldPath);
    return found ?? fail(`unsupported fieldPath: ${fieldPath} (environment variable ${name})`);
  }
  if (valueFrom.resourceFieldRef) {
    const { containerName } = valueFrom.resourceFieldRef;
    const owner = containerName ? containersOf(pod).find((c) => c.name === containerName) : container;
    if (!owner) return fail(`container ${containerName} not found`);
    const found = resourceFieldValue(owner, facts, valueFrom.resourceFieldRef);
    return found ?? fail(`unsupported container resource : ${valueFrom.resourceFieldRef.resource}`);
  }
  if (valueFrom.configMapKeyRef) {
    const ref = valueFrom.configMapKeyRef;
    const data = (await requireObject('configmap', ref, source.configMap(namespace, ref.name)))?.data;
    return requireKey('ConfigMap', namespace, ref, data);
  }
  if (valueFrom.secretKeyRef) {
    const ref = valueFrom.secretKeyRef;
    const data = decodeData(await requireObject('secret', ref, source.secret(namespace, ref.name)));
    return requireKey('Secret', namespace, ref, data);
  }
  return fail(`environment variable ${name} has a valueFrom without a known source`);
}

async function requireObject<T>(
  kind: 'configmap' | 'secret',
  { name, optional }: { name: string; optional?: boolean },
  reading: Promise<T | undefined>,
): Promise<T | undefined> {
  const object = await reading;
  if (object === undefined && !optional) fail(`${kind} "${name}" not found`);
  return object;
}

function requireKey(
  kind: string,
  namespace: string,
  { name, key, optional }: KeySelector,
  data: Record<string, string> | undefined,
): string | undefined {
  const value = data && Object.hasOwn(data, key) ? data[key] : undefined;
  if (value === undefined && !optional) fail(`couldn't find key ${key} in ${kind} ${namespace}/${name}`);
  return value;
}

function decodeData(secret: Secret | undefined): Record<string, string> | undefined {
  return (
    secret &&
    Object.fromEntries(
      Object.entries(secret.data ?? {}).map(([key, value]) => [key, Buffer.from(value, 'base64').toString('utf8')]),
    )
  );
}

/** Names that cannot be a variable are left out of envFrom, as the kubelet does. */
function isEnvName(name: string): boolean {
  return /^[^=\0]+$/.test(name);
}

export function containersOf(pod: Pod): Container[] {
  return [...(pod.spec.initContainers ?? []), ...pod.spec.containers];
}

function fail(message: string): never {
  throw new NodeError('CreateContainerConfigError', message);
}
