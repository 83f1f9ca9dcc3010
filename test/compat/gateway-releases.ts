import { existsSync } from 'node:fs';
import { readdir, readFile } from 'node:fs/promises';
import { join, resolve } from 'node:path';
import { type CustomResourceDefinition, customResourceDefinitions } from '@serval/api';
import type { Client } from '@serval/kube/client';
import { findCondition, type KubeObject } from '@serval/kube/objects';
import { loadAll } from 'js-yaml';
import { eventually } from '../support/eventually.ts';
import { releasesIn } from './reference-data.ts';

const repository = resolve(import.meta.dirname, '../..');

/** One release of the Gateway API in one channel. */
export interface GatewayRelease {
  /** `v1.1.0 standard`. */
  readonly name: string;
  readonly definitions: readonly CustomResourceDefinition[];
}

/** Every released bundle of the reference data, oldest first; none where there is no such folder. */
export async function gatewayReleases(env: NodeJS.ProcessEnv): Promise<GatewayRelease[]> {
  const folder = resolve(repository, env['SERVAL_REFERENCE_DATA'] ?? '../shared/data', 'gateway-api-crds');
  if (!existsSync(folder)) return [];
  const releases: GatewayRelease[] = [];
  for (const release of await releasesIn(folder)) {
    for (const channel of ['standard', 'experimental']) {
      const files = (await readdir(join(folder, release, channel))).filter((file) => file.endsWith('.yaml')).sort();
      const texts = await Promise.all(files.map((file) => readFile(join(folder, release, channel, file), 'utf8')));
      const definitions = texts
        .flatMap((text) => loadAll(text) as (KubeObject | null)[])
        .filter((object): object is CustomResourceDefinition => object?.kind === 'CustomResourceDefinition');
      releases.push({ name: `${release} ${channel}`, definitions });
    }
  }
  return releases;
}

/** Applies the definitions that routes and Gateways need, over whatever was there, and waits until they are served. */
export async function installGatewayRelease(client: Client, { definitions }: GatewayRelease): Promise<void> {
  const needed = definitions.filter(({ spec }) =>
    ['GatewayClass', 'Gateway', 'HTTPRoute', 'GRPCRoute'].includes(spec.names.kind),
  );
  for (const definition of needed) {
    const { status: _, ...object } = definition;
    await client.apply(customResourceDefinitions, object, { force: true });
  }
  for (const { metadata } of needed) {
    await eventually(async () => {
      const { status } = await client.get(customResourceDefinitions, { name: metadata.name ?? '' });
      if (findCondition(status?.conditions, 'Established')?.status !== 'True') throw new Error('not established');
    });
  }
}
