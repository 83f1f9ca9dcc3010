import { clusterServingRuntimes, servingRuntimes } from '@serval/api';
import type { Client } from '@serval/kube/client';
import { type AnyObject, type ConfigMap, configMaps, isStatusError } from '@serval/kube/objects';
import { configMapName } from '@serval/operator';
import { createTwoFilesPatch } from 'diff';
import { dump } from 'js-yaml';
import { type Command, filenameOption, listOption, namespaceOption } from '../command/command.ts';
import { loadManifests, type Manifest } from '../manifests/load.ts';
import { systemNamespace } from '../platform/model-store-objects.ts';
import { renderManifests } from '../render/render-manifests.ts';
import { discover, resourceOfObject } from '../resources/discovery.ts';
import { resourceLabel } from './apply.ts';
import { withoutManagedFields } from './get.ts';

export const diffCommand: Command = {
  name: 'diff',
  summary: 'compare the objects that the operator would make with those that are there',
  details: 'Exit code 0: no difference; 1: differences; anything else: it could not be told.',
  options: [filenameOption, namespaceOption],
  async run({ options, out, stdin, signal, connect }) {
    const manifests = await loadManifests(listOption(options, 'filename'), { stdin, signal, note: out.note });
    const { client, namespace } = await connect();
    const resources = await discover(client, signal);
    const services = await Promise.all(manifests.map((manifest) => asStored(manifest)));
    const rendered = renderManifests(
      [...services, ...(await liveSurroundings(client, namespace, manifests))],
      namespace,
    );
    let differences = 0;
    for (const object of rendered.flatMap(({ objects }) => objects) as unknown as AnyObject[]) {
      const resource = resourceOfObject(resources, object, 'rendered');
      const label = `${resourceLabel(resource)}/${object.metadata.name}`;
      const live = await client
        .get(resource, { namespace: object.metadata.namespace ?? '', name: object.metadata.name ?? '' }, { signal })
        .catch((error: unknown) => {
          if (isStatusError(error, 'NotFound')) return undefined;
          throw error;
        });
      // The server's own merge: what would be there after the operator applied it.
      const merged = await client.apply(resource, object, {
        fieldManager: 'serval',
        force: true,
        dryRun: true,
        signal,
      });
      const [before, after] = [live ? textOf(live) : '', textOf(merged)];
      if (before === after) continue;
      differences++;
      const patch = createTwoFilesPatch(`live/${label}`, `rendered/${label}`, before, after, '', '');
      // Without the rule that the library draws above it.
      out.print(patch.replace(/^=+\n/, '').trimEnd());
    }
    if (differences === 0) out.note('no difference');
    return differences === 0 ? 0 : 1;

    /** A service as the server would store it: defaulted, merged with what others own, and the owner that children name. */
    async function asStored(manifest: Manifest): Promise<Manifest> {
      const { object, where } = manifest;
      if (object.kind !== 'InferenceService') return manifest;
      const metadata = { ...object.metadata, namespace: object.metadata.namespace ?? namespace };
      const resource = resourceOfObject(resources, object, where);
      const stored = await client.apply(
        resource,
        { ...object, metadata },
        { force: true, dryRun: true, fieldValidation: 'Strict', signal },
      );
      return { where, object: stored };
    }
  },
};

/** Runtimes and configuration of the server, which the operator would use; the manifests' own come first. */
async function liveSurroundings(
  client: Client,
  namespace: string,
  manifests: readonly Manifest[],
): Promise<Manifest[]> {
  const [cluster, namespaced, config] = await Promise.all([
    client.list(clusterServingRuntimes),
    client.list(servingRuntimes, { namespace }),
    client.get(configMaps, { namespace: systemNamespace, name: configMapName }).catch((error: unknown) => {
      if (isStatusError(error, 'NotFound')) return undefined;
      throw error;
    }),
  ]);
  const named = (kind: string) => (item: AnyObject) => ({ object: { ...item, kind }, where: 'the server' });
  const found: Manifest[] = [
    ...(cluster.items as unknown as AnyObject[]).map(named('ClusterServingRuntime')),
    ...(namespaced.items as unknown as AnyObject[]).map(named('ServingRuntime')),
    ...(config ? [named('ConfigMap')(config as ConfigMap as unknown as AnyObject)] : []),
  ];
  const given = new Set(manifests.map(({ object }) => `${object.kind}/${object.metadata.name}`));
  return found.filter(({ object }) => !given.has(`${object.kind}/${object.metadata.name}`));
}

/** What a person decides about: neither status nor the server's bookkeeping. */
function textOf(object: AnyObject): string {
  const { status: _, ...rest } = withoutManagedFields(object);
  const {
    resourceVersion: _version,
    uid: _uid,
    generation: _generation,
    creationTimestamp: _time,
    ...metadata
  } = rest.metadata;
  return dump({ ...rest, metadata }, { noRefs: true, lineWidth: -1, sortKeys: true });
}
