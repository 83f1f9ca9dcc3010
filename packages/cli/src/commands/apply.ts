import type { AnyObject } from '@serval/kube/objects';
import { isStatusError } from '@serval/kube/objects';
import { describeError } from '../command/cli-error.ts';
import { type Command, filenameOption, listOption, namespaceOption } from '../command/command.ts';
import { loadManifests } from '../manifests/load.ts';
import { type DiscoveredResource, discover, resourceOfObject } from '../resources/discovery.ts';

/** Kinds that others need to be there first. */
const firstKinds = [
  'Namespace',
  'CustomResourceDefinition',
  'Secret',
  'ConfigMap',
  'ServiceAccount',
  'PersistentVolume',
];

export const applyCommand: Command = {
  name: 'apply',
  summary: 'create or change objects by server-side apply',
  options: [
    filenameOption,
    namespaceOption,
    { flags: '--dry-run', help: 'ask the server what would happen, and change nothing' },
    { flags: '--force-conflicts', help: 'take over fields that another manager owns' },
  ],
  async run({ options, out, stdin, signal, connect }) {
    const manifests = await loadManifests(listOption(options, 'filename'), { stdin, signal, note: out.note });
    const { client, namespace } = await connect();
    let resources = await discover(client, signal);
    let failures = 0;
    const rank = (object: AnyObject) =>
      (firstKinds.indexOf(object.kind) + firstKinds.length + 1) % (firstKinds.length + 1);
    for (const { object, where } of manifests.toSorted((a, b) => rank(a.object) - rank(b.object))) {
      try {
        const resource = await findNew(object, where);
        const target = { ...object, metadata: { ...object.metadata } };
        if (resource.namespaced) target.metadata.namespace ??= namespace;
        const before = await client
          .get(resource, { namespace: target.metadata.namespace ?? '', name: target.metadata.name ?? '' })
          .catch((error: unknown) => {
            if (isStatusError(error, 'NotFound')) return undefined;
            throw error;
          });
        const after = await client.apply(resource, target, {
          force: options['forceConflicts'] === true,
          dryRun: options['dryRun'] === true,
          fieldValidation: 'Strict',
          signal,
        });
        const what =
          before === undefined
            ? 'created'
            : before.metadata.resourceVersion === after.metadata.resourceVersion
              ? 'unchanged'
              : 'configured';
        out.print(
          `${resourceLabel(resource)}/${after.metadata.name} ${what}${options['dryRun'] === true ? ' (dry run)' : ''}`,
        );
      } catch (error) {
        failures++;
        out.note(`serval: ${where}: ${describeError(error)}`);
      }
    }
    return failures === 0 ? 0 : 1;

    /** A CRD of the same call makes kinds that the first discovery did not see. */
    async function findNew(object: AnyObject, where: string): Promise<DiscoveredResource> {
      try {
        return resourceOfObject(resources, object, where);
      } catch {
        resources = await discover(client, signal);
        return resourceOfObject(resources, object, where);
      }
    }
  },
};

/** `deployment.apps`, as kubectl prints kinds. */
export function resourceLabel(resource: DiscoveredResource): string {
  const name = resource.singular || resource.kind.toLowerCase();
  return resource.group === '' ? name : `${name}.${resource.group}`;
}
