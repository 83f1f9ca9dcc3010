import { type Command, type CommandContext, textOption } from '../command/command.ts';
import { startDetached } from '../platform/detached.ts';
import { runPlatform, untilStopped } from '../platform/run-platform.ts';
import type { Platform } from '../platform/start-platform.ts';
import { upOptions } from './up-options.ts';

export const upCommand: Command = {
  name: 'up',
  summary: 'start the platform on this machine: API server, node, gateway, operator',
  details:
    'With --kubeconfig, everything but the API server is started, against that one, which calls back webhooks and node over TLS.\nWhere it has controllers and nodes of its own, ours do not run, and services run on its nodes (see docs/architecture.md).\nOwn images: see <data-dir>/images.yaml in docs/node.md.',
  options: [...upOptions, { flags: '--detach', help: 'go to the background once everything is up' }],
  async run(context) {
    if (context.options['detach'] === true) return startDetached(context);
    return runPlatform(context, {}, async (platform) => {
      printSummary(context, platform);
      await untilStopped(context.signal);
      return 0;
    });
  },
};

export function printSummary(
  { out, dataDir, options }: CommandContext,
  platform: Pick<Platform, 'gateway' | 'kubeconfig'>,
): void {
  const dataDirOption = textOption(options, 'dataDir') ? ` --data-dir ${dataDir}` : '';
  out.print(
    [
      '',
      `${out.strong('gateway')}     http://${platform.gateway.external}`,
      `${out.strong('kubeconfig')}  ${platform.kubeconfig}`,
      `            export KUBECONFIG=${platform.kubeconfig}`,
      `${out.strong('stop')}        Ctrl-C, or: npx serval down${dataDirOption}`,
    ].join('\n'),
  );
}
