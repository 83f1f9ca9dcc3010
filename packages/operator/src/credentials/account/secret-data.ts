import type { EnvVar, Secret } from '@serval/kube/objects';

export function has({ data }: Secret, key: string): boolean {
  return data !== undefined && Object.hasOwn(data, key);
}

/** The text of a key, for decisions alone: no part of it may reach a Pod unless its form is checked. */
export function textOf({ data }: Secret, key: string): string | undefined {
  const value = data && Object.hasOwn(data, key) ? data[key] : undefined;
  return value === undefined ? undefined : Buffer.from(value, 'base64').toString('utf8').trim();
}

export function fromSecret(name: string, { metadata }: Secret, key: string): EnvVar {
  return { name, valueFrom: { secretKeyRef: { name: metadata.name ?? '', key } } };
}

export function nameOf({ metadata }: Secret): string {
  return `Secret ${metadata.namespace}/${metadata.name}`;
}
