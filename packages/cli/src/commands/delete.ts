import { setTimeout as sleep } from 'node:timers/promises';
import { isStatusError } from '@serval/kube/objects';
import { CliError } from '../command/cli-error.ts';
import { type Command, filenameOption, listOption, namespaceOption, textOption } from '../command/command.ts';
import { loadManifests } from '../manifests/load.ts';
import { type DiscoveredResource, discover, resourceOfObject } from '../resources/discovery.ts';
import { parseTargets } from '../resources/targets.ts';
import { resourceLabel } from './apply.ts';

interface Doomed {
  resource: DiscoveredResource;
  namespace?: string;
  name: string;
}

const pollMs = 200;

export const deleteCommand: Command = {
  name: 'delete [kind] [names...]',
  summary: 'delete objects by name, by label or by file',
  options: [
    { ...filenameOption, required: false },
    namespaceOption,
    { flags: '-l, --selector <labels>', help: 'every object of the kind with these labels' },
    { flags: '--all', help: 'every object of the kind in the namespace' },
    { flags: '--no-wait', help: 'do not wait until the objects are gone' },
    { flags: '--timeout <seconds>', help: 'how long to wait', default: '300' },
    { flags: '--ignore-not-found', help: 'an object that is not there is no error' },
  ],
  async run({ args, options, out, stdin, signal, connect }) {
    const { client, namespace } = await connect();
    const resources = await discover(client, signal);
    const files = listOption(options, 'filename');
    const selector = textOption(options, 'selector');
    const doomed: Doomed[] = [];
    if (files.length > 0) {
      const manifests = await loadManifests(files, { stdin, signal, note: out.note });
      // In reverse, so that what came last, and may need what came first, goes first.
      for (const { object, where } of manifests.toReversed()) {
        const resource = resourceOfObject(resources, object, where);
        doomed.push(doom(resource, object.metadata.namespace ?? namespace, object.metadata.name ?? ''));
      }
    } else {
      for (const { resource, names } of parseTargets(resources, args)) {
        if (names.length > 0) doomed.push(...names.map((name) => doom(resource, namespace, name)));
        else if (selector !== undefined || options['all'] === true) {
          const at = resource.namespaced ? { namespace } : {};
          const list = await client.list(resource, { ...at, ...(selector ? { labelSelector: selector } : {}), signal });
          doomed.push(
            ...list.items.map((item) => doom(resource, item.metadata.namespace ?? '', item.metadata.name ?? '')),
          );
        } else {
          throw new CliError('BadUsage', `name the ${resource.plural} to delete, or give -l or --all`);
        }
      }
    }
    let missing = 0;
    const uids = new Map<Doomed, string | undefined>();
    for (const target of doomed) {
      try {
        uids.set(target, (await client.get(target.resource, target, { signal })).metadata.uid);
        await client.delete(target.resource, target, { propagationPolicy: 'Background', signal });
        out.print(`${resourceLabel(target.resource)}/${target.name} deleted`);
      } catch (error) {
        if (!isStatusError(error, 'NotFound')) throw error;
        if (options['ignoreNotFound'] === true) continue;
        missing++;
        out.note(`serval: ${error.message}`);
      }
    }
    if (options['wait'] !== false) {
      const deadline = AbortSignal.any([signal, AbortSignal.timeout(Number(textOption(options, 'timeout')) * 1000)]);
      for (const [target, uid] of uids) await waitUntilGone(target, uid, deadline);
    }
    return missing > 0 ? 1 : 0;

    async function waitUntilGone(target: Doomed, uid: string | undefined, deadline: AbortSignal): Promise<void> {
      for (;;) {
        const found = await client.get(target.resource, target, { signal }).catch((error: unknown) => {
          if (isStatusError(error, 'NotFound')) return undefined;
          throw error;
        });
        // Another object of the same name is not the one that was deleted.
        if (found === undefined || found.metadata.uid !== uid) return;
        if (deadline.aborted) {
          const held = found.metadata.finalizers?.join(', ');
          throw new CliError('TimedOut', `${resourceLabel(target.resource)}/${target.name} is still there`, {
            hint: held ? `finalizers hold it: ${held}` : 'something is still stopping; look again with "serval get"',
          });
        }
        await sleep(pollMs, undefined, { signal: deadline }).catch(() => undefined);
      }
    }
  },
};

function doom(resource: DiscoveredResource, namespace: string, name: string): Doomed {
  return { resource, name, ...(resource.namespaced ? { namespace } : {}) };
}
