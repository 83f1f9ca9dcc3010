import type { AnyObject } from '@serval/kube/objects';
import { presetGatewayName } from '@serval/operator/declarations';
import { CliError } from '../command/cli-error.ts';
import { type Command, type CommandContext, textOption } from '../command/command.ts';
import { applyInstallation } from '../install/apply-installation.ts';
import { checkClass, gatewayOptionSpec, pointAtPreset } from '../install/gateway-preset.ts';
import { takeOver } from '../install/handover.ts';
import {
  type InstallOptions,
  installOptionSpecs,
  parseInstallOptions,
  renderInstallation,
} from '../install/installation.ts';
import { runningControllers } from '../install/kserve.ts';
import { checkCluster } from '../install/preflight.ts';
import { discover, resourceOfObject } from '../resources/discovery.ts';
import { requestJson } from '../resources/read-body.ts';

export const installCommand: Command = {
  name: 'install',
  summary: 'install Serval into a cluster, and wait until it works',
  details: `Applies what Kustomize and Helm install too, by server-side apply, and may be run again at any time: to upgrade, to change an
option, or to go on where it was cut off. Fields that others changed are set back, but for ConfigMap inferenceservice-config.

Examples:
  serval install --gateway istio
  serval install --print | kubectl diff -f -
  serval install --watch-namespaces team-a,team-b --namespace team-platform
  serval install --from-kserve`,
  options: [
    ...installOptionSpecs,
    gatewayOptionSpec,
    { flags: '--print', help: 'print the objects, and ask no server' },
    {
      flags: '--from-kserve',
      help: 'take over from a KServe that runs here: its definitions, objects and configuration',
    },
    { flags: '--timeout <seconds>', help: 'how long to wait for each step', default: '300' },
  ],
  async run(context) {
    const options = parseInstallOptions(context.options);
    return context.options['print'] === true ? printInstallation(context, options) : install(context, options);
  },
};

async function printInstallation({ out }: CommandContext, options: InstallOptions): Promise<number> {
  const { definitions, operator, gateway, webhooks, runtimes } = await renderInstallation(options);
  const { writeYamlDocuments } = await import('@serval/manifests');
  for (const line of options.gateway?.beside ?? []) out.note(`beside it: ${line}`);
  out.print(writeYamlDocuments([...definitions, ...operator, ...gateway, ...webhooks, ...runtimes]).trimEnd());
  return 0;
}

async function install({ options, out, connect, signal }: CommandContext, chosen: InstallOptions): Promise<number> {
  const seconds = Number(textOption(options, 'timeout'));
  if (!(seconds > 0 && seconds <= 86_400)) {
    throw new CliError(
      'BadUsage',
      `--timeout ${textOption(options, 'timeout')}: expected seconds, more than 0 and at most a day`,
    );
  }
  const { client } = await connect();
  const note = (line: string) => out.note(line);
  const resources = await discover(client, signal);
  const { minor } = await requestJson<{ minor: string }>(client, { method: 'GET', path: '/version', signal });
  const fromKServe = options['fromKserve'] === true;
  const { findings, kserve } = await checkCluster(client, resources, chosen, {
    fromKServe,
    minor: Number.parseInt(minor, 10),
    signal,
  });
  const errors = findings.filter(({ severity }) => severity === 'error');
  for (const { message } of findings.filter(({ severity }) => severity === 'note')) note(message);
  if (errors.length > 0) {
    throw new CliError('NotReady', errors.map(({ message }) => message).join('\n  and '), {
      hint: errors.flatMap(({ hint }) => hint ?? []).join('\n        '),
    });
  }
  const { gateway: preset } = chosen;
  if (preset) await checkClass(client, preset, signal);
  const installation = await renderInstallation(chosen);
  if (fromKServe && (runningControllers(kserve).length > 0 || kserve.webhooks.length > 0)) {
    // What was KServe is written down in our namespace, so that comes first.
    const namespace = installation.operator.find(({ kind }) => kind === 'Namespace') as AnyObject;
    await client.apply(resourceOfObject(resources, namespace, 'installation'), namespace, { force: true, signal });
    await takeOver({ client, resources, namespace: chosen.namespace, signal, note }, kserve);
  }
  await applyInstallation(installation, {
    client,
    watchNamespaces: chosen.restricted?.watchNamespaces,
    namespace: chosen.namespace,
    signal,
    timeoutMs: seconds * 1000,
    note,
  });
  if (preset) {
    const former = await pointAtPreset(client, chosen.namespace, preset, signal);
    if (former) note(`services move to Gateway ${presetGatewayName(preset)}; ${former} stays until you delete it`);
    for (const line of preset.beside) note(`beside it: ${line}`);
  }
  const { restricted } = chosen;
  const served = restricted ? `, for ${restricted.watchNamespaces.join(', ')}` : '';
  out.print(`Serval is installed in namespace ${chosen.namespace}${served}`);
  if (restricted?.clusterScoped === false) {
    note("definitions, webhook configurations and cluster roles are the administrator's; see docs/install.md");
  }
  return 0;
}
