import type { Client } from '@serval/kube/client';
import { type AnyObject, configMaps, type GatewayClass, gatewayClasses } from '@serval/kube/objects';
import {
  configMapName,
  type GatewayPreset,
  gatewayPresetOf,
  gatewayPresets,
  presetControllerName,
  presetGatewayName,
  presetObjects,
} from '@serval/operator/declarations';
import { CliError } from '../command/cli-error.ts';
import type { OptionSpec, OptionValues } from '../command/command.ts';
import { textOption } from '../command/command.ts';
import { ignoringAbsence } from './handover.ts';

export const gatewayOptionSpec: OptionSpec = {
  flags: '--gateway <name>',
  help: 'make a Gateway that this implementation accepts, and move services to it',
  choices: gatewayPresets.map(({ id }) => id),
};

/** Nothing where no preset was chosen. */
export function chosenPreset(options: OptionValues): GatewayPreset | undefined {
  const id = textOption(options, 'gateway');
  if (id === undefined) return undefined;
  if (textOption(options, 'gatewayClass') !== undefined) {
    throw new CliError('BadUsage', '--gateway and --gateway-class exclude each other');
  }
  const preset = gatewayPresetOf(id);
  if (!preset) {
    throw new CliError('BadUsage', `--gateway ${id}: expected ${gatewayPresets.map((known) => known.id).join(', ')}`);
  }
  return preset;
}

/** @throws CliError when a class of that name is another implementation's. */
export async function checkClass(client: Client, preset: GatewayPreset, signal: AbortSignal): Promise<void> {
  const live: GatewayClass | undefined = await ignoringAbsence(
    client.get(gatewayClasses, { name: preset.className }, { signal }),
  );
  const wanted = presetControllerName(preset);
  if (!live || live.spec.controllerName === wanted) return;
  throw new CliError(
    'NotReady',
    `GatewayClass ${preset.className} is of controller ${live.spec.controllerName}, expected ${wanted}`,
    { hint: 'delete or rename it, or make a Gateway of your own and name it in ingress.kserveIngressGateway' },
  );
}

/** The configuration with its services at the preset's Gateway; other objects as they are. */
export function atPreset(object: AnyObject, preset: GatewayPreset): AnyObject {
  if (object.kind !== 'ConfigMap' || object.metadata.name !== configMapName) return object;
  const data = object['data'] as Record<string, string>;
  const ingress = { ...JSON.parse(data['ingress'] ?? '{}'), kserveIngressGateway: presetGatewayName(preset) };
  return { ...object, data: { ...data, ingress: JSON.stringify(ingress, null, 2) } };
}

/**
 * Has a configuration that was there before name the preset's Gateway, and leaves the rest of it. The operator moves each route when the new
 * Gateway has taken it up; the former one stays. Answers the former name, or nothing where there is nothing to change.
 */
export async function pointAtPreset(
  client: Client,
  namespace: string,
  preset: GatewayPreset,
  signal: AbortSignal,
): Promise<string | undefined> {
  const config = await client.get(configMaps, { namespace, name: configMapName }, { signal });
  const { kserveIngressGateway: before } = JSON.parse(config.data?.['ingress'] || '{}') as Record<string, unknown>;
  const name = presetGatewayName(preset);
  if (before === name || before === `${namespace}/${name}`) return undefined;
  const moved = atPreset(config as unknown as AnyObject, preset);
  await client.update(configMaps, moved as never, { signal });
  return typeof before === 'string' ? before : 'the default';
}

export function presetObjectsFor(preset: GatewayPreset, namespace: string): AnyObject[] {
  return presetObjects(preset, namespace) as unknown as AnyObject[];
}
