import type { AnyObject, Condition } from '@serval/kube/objects';
import { CliError } from '../command/cli-error.ts';
import { type Command, namespaceOption, textOption } from '../command/command.ts';
import { discover } from '../resources/discovery.ts';
import { followObject } from '../resources/follow-object.ts';
import { parseTargets } from '../resources/targets.ts';
import { resourceLabel } from './apply.ts';

export const waitCommand: Command = {
  name: 'wait <kind> [names...]',
  summary: 'wait until a condition holds, or the object is gone',
  details: 'Example:\n  serval wait isvc/iris --for=condition=Ready --timeout 120',
  options: [
    namespaceOption,
    { flags: '--for <what>', help: 'condition=TYPE, condition=TYPE=STATUS, or delete', required: true },
    { flags: '--timeout <seconds>', help: 'how long to wait; a trailing "s" is allowed', default: '120' },
  ],
  async run({ args, options, out, signal, connect }) {
    const { client, namespace } = await connect();
    const want = parseWanted(textOption(options, 'for') ?? '');
    const timeoutMs = Number.parseFloat(textOption(options, 'timeout') ?? '') * 1000;
    if (!(timeoutMs >= 0))
      throw new CliError('BadUsage', `--timeout ${textOption(options, 'timeout')}: expected seconds`);
    const deadline = AbortSignal.any([signal, AbortSignal.timeout(Math.min(timeoutMs, 2 ** 31 - 1))]);
    for (const { resource, names } of parseTargets(await discover(client, signal), args)) {
      if (names.length === 0) throw new CliError('BadUsage', `name the ${resource.plural} to wait for`);
      for (const name of names) {
        const at = resource.namespaced ? { namespace } : {};
        const label = `${resourceLabel(resource)}/${name}`;
        const mayBeMissing = want.kind === 'delete';
        let last: AnyObject | undefined;
        for await (const state of followObject(client, resource, { ...at, name }, { signal: deadline, mayBeMissing })) {
          if (state === undefined && !mayBeMissing) throw new CliError('NotReady', `${label} was deleted meanwhile`);
          last = state;
          if (isMet(want, last)) break;
        }
        signal.throwIfAborted();
        if (!isMet(want, last)) {
          throw new CliError(
            'TimedOut',
            `${label} did not reach ${textOption(options, 'for')}: ${stateOf(want, last)}`,
            { hint: `see "serval describe ${resource.singular || resource.plural} ${name}"` },
          );
        }
        out.print(`${label} ${want.kind === 'delete' ? 'is gone' : 'condition met'}`);
      }
    }
    return 0;
  },
};

export type Wanted = { kind: 'delete' } | { kind: 'condition'; type: string; status: string };

export function parseWanted(text: string): Wanted {
  if (text === 'delete') return { kind: 'delete' };
  const match = /^condition=([^=]+)(?:=(.+))?$/.exec(text);
  if (match?.[1]) return { kind: 'condition', type: match[1], status: match[2] ?? 'True' };
  throw new CliError('BadUsage', `--for ${text}: expected condition=TYPE, condition=TYPE=STATUS or delete`);
}

/** A condition that speaks of an older generation does not count. */
export function isMet(want: Wanted, object: AnyObject | undefined): boolean {
  if (want.kind === 'delete') return object === undefined;
  const condition = conditionOf(want.type, object);
  if (condition === undefined) return false;
  const observed =
    condition.observedGeneration ?? object?.['status']?.observedGeneration ?? object?.metadata.generation;
  if (observed !== undefined && (object?.metadata.generation ?? 0) > observed) return false;
  return condition.status.toLowerCase() === want.status.toLowerCase();
}

function conditionOf(type: string, object: AnyObject | undefined): Condition | undefined {
  const conditions = (object?.['status']?.conditions ?? []) as Condition[];
  return conditions.find((condition) => condition.type.toLowerCase() === type.toLowerCase());
}

function stateOf(want: Wanted, object: AnyObject | undefined): string {
  if (want.kind === 'delete') return 'still there';
  const condition = conditionOf(want.type, object);
  if (condition === undefined) return `no condition ${want.type} yet`;
  return [`${condition.type}=${condition.status}`, condition.reason, condition.message].filter(Boolean).join(' – ');
}
