import { randomUUID } from 'node:crypto';
import { rename, rm, writeFile } from 'node:fs/promises';
import { isAbsolute, resolve } from 'node:path';
import type { Client } from '@serval/kube/client';
import { events, type KubeObject, type Pod, secrets } from '@serval/kube/objects';
import type { Diagnosis, Snapshot } from '@serval/operator/checks';
import { servalVersion } from '../command/version.ts';
import { readText } from '../resources/read-body.ts';
import { seenList } from './read-kind.ts';
import { createRedactor, mask } from './redact.ts';
import { type TarEntry, tarGz } from './tar.ts';

export interface BundleInput {
  client: Client;
  snapshot: Snapshot;
  diagnosis: Diagnosis;
  /** The API server's. */
  version: unknown;
  signal: AbortSignal;
}

/** Logs of more Pods would make an archive that nobody can send. */
const maxPods = 20;
const logQuery = 'tailLines=1000&limitBytes=262144';

/**
 * Writes what somebody else needs to find out what is wrong. Secrets are read only to take their values out of everything else; the file
 * appears when it is whole, and only its owner may read it. Answers how many files it holds.
 */
export async function writeBundle(file: string, input: BundleInput): Promise<number> {
  const { snapshot, diagnosis, version } = input;
  const { texts, told } = await secretTexts(input);
  const redact = createRedactor(texts);
  const json = (path: string, value: unknown): TarEntry => ({
    path,
    text: `${redact(JSON.stringify(value, withoutSecrets, 2))}\n`,
  });
  const { takenAt, systemNamespace, scope, ...kinds } = snapshot;
  const seenEvents = await seenList(input.client, events, { scope, everywhere: false, signal: input.signal });
  const entries: TarEntry[] = [
    { path: 'README.txt', text: readme(takenAt, told) },
    json('versions.json', { serval: servalVersion, node: process.versions.node, server: version }),
    json('findings.json', diagnosis),
    json('scope.json', { takenAt, systemNamespace, scope }),
    ...Object.entries(kinds).map(([kind, seen]) => json(`objects/${kind}.json`, seen)),
    json('events.json', seenEvents),
    ...(await logs(input)).map(({ path, text }) => ({ path, text: redact(text) })),
  ];
  const target = isAbsolute(file) ? file : resolve(file);
  const partial = `${target}.${randomUUID()}.partial`;
  try {
    await writeFile(partial, tarGz(entries, Date.parse(takenAt)), { mode: 0o600, flag: 'wx' });
    await rename(partial, target);
  } finally {
    await rm(partial, { force: true });
  }
  return entries.length;
}

/** Values of the Secrets where the services and the operator are, to take them out. */
async function secretTexts({ client, snapshot, signal }: BundleInput): Promise<{ texts: string[]; told: string }> {
  const { scope, systemNamespace } = snapshot;
  const where = scope.namespace === undefined ? [undefined] : [...new Set([scope.namespace, systemNamespace])];
  const texts: string[] = [];
  const unread: string[] = [];
  for (const namespace of where) {
    const of = namespace === undefined ? {} : { namespace };
    const seen = await seenList(client, secrets, { scope: of, everywhere: false, signal });
    if ('unread' in seen) unread.push(`Secrets of ${namespace ?? 'all namespaces'}: ${seen.unread}`);
    else if (seen.partly) unread.push(`Secrets of ${namespace ?? 'all namespaces'}: ${seen.partly}`);
    for (const { data = {} } of 'unread' in seen ? [] : seen.items) {
      for (const value of Object.values(data)) texts.push(Buffer.from(value, 'base64').toString('utf8'));
    }
  }
  const told =
    unread.length === 0
      ? 'Values of Secrets, and what looks like a credential, are taken out.'
      : `What looks like a credential is taken out. NOT taken out by value: ${unread.join('; ')}. Look before you send it.`;
  return { texts, told };
}

/** Fields that say nothing of what is wrong, or hold what a person wrote in clear. */
function withoutSecrets(this: unknown, key: string, value: unknown): unknown {
  if (key === 'managedFields' || key === 'kubectl.kubernetes.io/last-applied-configuration') return undefined;
  if (key === 'schema' && typeof value === 'object') return undefined;
  const { name } = (this ?? {}) as { name?: unknown };
  const isNamedSecret = typeof name === 'string' && /pass|secret|token|key|credential/i.test(name);
  return key === 'value' && typeof value === 'string' && isNamedSecret ? mask : value;
}

async function logs({ client, snapshot, signal }: BundleInput): Promise<TarEntry[]> {
  const pods = 'unread' in snapshot.pods ? [] : snapshot.pods.items;
  const entries: TarEntry[] = [];
  for (const [index, pod] of pods.slice(0, maxPods).entries()) {
    for (const container of containersOf(pod)) {
      for (const previous of [false, true]) {
        const text = await logOf(client, pod, container, previous, signal);
        // Names may be longer than an archive takes.
        const name = `${pod.metadata.namespace}_${pod.metadata.name}`.slice(0, 50);
        const path = `logs/${index}_${name}_${container.slice(0, 30)}${previous ? '.old' : ''}.log`;
        if (text !== undefined && text !== '') entries.push({ path, text });
      }
    }
  }
  return entries;
}

function containersOf({ spec }: Pod): string[] {
  return [...(spec.initContainers ?? []), ...spec.containers].map(({ name }) => name);
}

async function logOf(
  client: Client,
  { metadata }: KubeObject,
  container: string,
  previous: boolean,
  signal: AbortSignal,
): Promise<string | undefined> {
  const path = `/api/v1/namespaces/${metadata.namespace}/pods/${metadata.name}/log?container=${encodeURIComponent(container)}&${logQuery}${previous ? '&previous=true' : ''}`;
  try {
    const response = await client.request({ method: 'GET', path, signal });
    const text = await readText(response);
    if (response.status === 200) return text;
    return previous ? undefined : `no log: ${response.status}\n`;
  } catch {
    signal.throwIfAborted();
    return previous ? undefined : 'no log could be read\n';
  }
}

function readme(takenAt: string, told: string): string {
  return [
    `What serval doctor saw at ${takenAt}.`,
    'findings.json: root causes, their symptoms, and how much was compared',
    'objects/: what was read, without schemas and managed fields',
    'events.json, logs/: the last of them; .old is of the run before',
    told,
    '',
  ].join('\n');
}
