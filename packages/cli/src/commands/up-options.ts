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
}

/** `defaultPodNetwork` is what this system can do: only Linux answers on all of 127.0.0.0/8. */
export function parseUpOptions(options: OptionValues, defaultPodNetwork: UpOptions['podNetwork']): UpOptions {
  return {
    apiPort: parsePort(textOption(options, 'apiPort') ?? '', '--api-port'),
    gatewayPort: parsePort(textOption(options, 'gatewayPort') ?? '', '--gateway-port'),
    podNetwork: (textOption(options, 'podNetwork') as UpOptions['podNetwork'] | undefined) ?? defaultPodNetwork,
    modelStore: textOption(options, 'modelStore'),
    kubeconfig: textOption(options, 'kubeconfig'),
  };
}
