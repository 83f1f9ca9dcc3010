import { resolve } from 'node:path';
import { CliError } from '../command/cli-error.ts';
import { type OptionSpec, type OptionValues, textOption } from '../command/command.ts';
import { parsePort } from '../platform/check-port.ts';

export const upOptions: readonly OptionSpec[] = [
  { flags: '--api-port <port>', help: 'port of the API server; 0 takes a free one', default: '6550' },
  { flags: '--gateway-port <port>', help: 'port of the gateway; 0 takes a free one', default: '8080' },
  {
    flags: '--pod-network <kind>',
    help: 'a loopback address for each Pod, or only ports of their own (default: addresses on Linux, ports elsewhere)',
    choices: ['addresses', 'ports'],
  },
  {
    flags: '--controllers <mode>',
    help: 'with --kubeconfig: run the small controllers and take unscheduled Pods here; auto: unless that API server has a controller manager or ready nodes (default: auto)',
    choices: ['auto', 'on', 'off'],
  },
  {
    flags: '--advertise-address <address>',
    help: 'with --kubeconfig: address of this machine at which that API server calls webhooks and node (default: 127.0.0.1 when it is on this machine)',
  },
  {
    flags: '--model-store <folder>',
    help: 'folder served as http://model-store.serval-system (default: <data-dir>/models)',
  },
];

export interface UpOptions {
  apiPort: number;
  gatewayPort: number;
  podNetwork: 'addresses' | 'ports';
  modelStore: string | undefined;
  /** Of another API server; then no engine is started. */
  kubeconfig: string | undefined;
  context: string | undefined;
  controllers: 'auto' | 'on' | 'off';
  advertiseAddress: string | undefined;
}

/** `defaultPodNetwork` is what this system can do: only Linux answers on all of 127.0.0.0/8. */
export function parseUpOptions(options: OptionValues, defaultPodNetwork: UpOptions['podNetwork']): UpOptions {
  const kubeconfig = textOption(options, 'kubeconfig');
  const onlyWithKubeconfig = ['context', 'controllers', 'advertiseAddress'].filter((name) => name in options);
  if (kubeconfig === undefined && onlyWithKubeconfig.length > 0) {
    const flag = onlyWithKubeconfig[0]?.replace(/[A-Z]/g, (letter) => `-${letter.toLowerCase()}`);
    throw new CliError('BadUsage', `--${flag} is about another API server; name its kubeconfig with --kubeconfig`);
  }
  return {
    apiPort: parsePort(textOption(options, 'apiPort') ?? '', '--api-port'),
    gatewayPort: parsePort(textOption(options, 'gatewayPort') ?? '', '--gateway-port'),
    podNetwork: (textOption(options, 'podNetwork') as UpOptions['podNetwork'] | undefined) ?? defaultPodNetwork,
    modelStore: textOption(options, 'modelStore'),
    kubeconfig: kubeconfig === undefined ? undefined : resolve(kubeconfig),
    context: textOption(options, 'context'),
    controllers: (textOption(options, 'controllers') as UpOptions['controllers'] | undefined) ?? 'auto',
    advertiseAddress: textOption(options, 'advertiseAddress'),
  };
}
