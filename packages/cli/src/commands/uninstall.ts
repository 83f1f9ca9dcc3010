import { healthConfigMapName } from '@serval/operator/declarations';
import { CliError } from '../command/cli-error.ts';
import { type Command, textOption } from '../command/command.ts';
import { giveBack, handoverConfigMapName, readRecord } from '../install/handover.ts';
import { installOptionSpecs, parseInstallOptions, renderInstallation } from '../install/installation.ts';
import { findPlatform } from '../install/preflight.ts';
import {
  countObjects,
  removeDefinitions,
  removeLeftovers,
  removeOperator,
  stopConverting,
} from '../install/remove-installation.ts';
import { discover } from '../resources/discovery.ts';

export const uninstallCommand: Command = {
  name: 'uninstall',
  summary: 'remove the operator from a cluster; definitions and your objects stay',
  details: `Models go on being served: their Deployments, Services and routes stay, as nobody looks after them any more they only stop changing.

Deleting the definitions deletes every InferenceService, runtime and graph of the cluster, and with them what serves. It must be asked
for twice: --delete-definitions and --yes-delete-all-objects.`,
  options: [
    ...installOptionSpecs.filter(({ flags }) => /^(-n,|--watch-namespaces|--cluster-scoped)/.test(flags)),
    {
      flags: '--to-kserve',
      help: 'give the cluster back to the KServe that `serval install --from-kserve` took over from',
    },
    { flags: '--delete-definitions', help: 'delete the definitions too; tells what would be lost' },
    { flags: '--yes-delete-all-objects', help: 'and mean it' },
  ],
  async run({ options, out, connect, signal }) {
    // Whose certificate it is makes no difference to what is removed.
    const chosen = {
      ...parseInstallOptions({ ...options, certificates: 'cert-manager' }),
      certificates: 'self-managed' as const,
    };
    const { client } = await connect();
    const note = (line: string) => out.note(line);
    const resources = await discover(client, signal);
    const platform = await findPlatform(client, resources, signal);
    if (platform) throw new CliError('NotReady', `${platform}: nothing is installed`, { hint: 'use `serval down`' });
    const removal = { client, resources, signal, note };
    const steps = { ...removal, namespace: chosen.namespace };
    const installation = await renderInstallation({ ...chosen, webhooks: true });
    const record = options['toKserve'] === true ? await readRecord(steps) : undefined;
    if (options['toKserve'] === true && !record) {
      throw new CliError('NotReady', `there is no ConfigMap ${chosen.namespace}/${handoverConfigMapName}`, {
        hint: 'only a KServe that `serval install --from-kserve` took over from can be restored',
      });
    }
    if (options['deleteDefinitions'] === true && options['yesDeleteAllObjects'] !== true) {
      const counts = await countObjects(installation.definitions, removal);
      const lost = [...counts].flatMap(([name, count]) => (count > 0 ? [`${count} of ${name}`] : []));
      throw new CliError(
        'BadUsage',
        `--delete-definitions deletes every object of these kinds: ${lost.join(', ') || 'there are none'}`,
        { hint: 'add --yes-delete-all-objects if that is what you want' },
      );
    }
    // Nobody converts any more: kinds serve the version that they store. KServe gets its own conversion back below.
    if (!record) await stopConverting(await renderInstallation({ ...chosen, webhooks: false }), steps);
    await removeOperator(installation, removal);
    if (record) {
      await giveBack(steps, record);
      await removeLeftovers(chosen.namespace, [handoverConfigMapName], removal);
    }
    if (options['deleteDefinitions'] === true) await removeDefinitions(installation, removal);
    await removeLeftovers(chosen.namespace, [healthConfigMapName], removal);
    out.print(
      record
        ? 'Serval is uninstalled, and KServe is back'
        : `Serval is uninstalled from namespace ${textOption(options, 'namespace') ?? chosen.namespace}`,
    );
    return 0;
  },
};
