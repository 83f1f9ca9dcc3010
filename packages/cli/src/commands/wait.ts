import { type AnyObject, type Condition, isStatusError } from '@serval/kube/objects';
import { CliError } from '../command/cli-error.ts';
import { type Command, namespaceOption, textOption } from '../command/command.ts';
import { discover } from '../resources/discovery.ts';
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
        let last: AnyObject | undefined = await client
          .get(resource, { ...at, name }, { signal })
          .catch((error: unknown) => {
            if (want.kind === 'delete' && isStatusError(error, 'NotFound')) return undefined;
            throw error;
          });
        while (!isMet(want, last)) {
          if (deadline.aborted) {
            throw new CliError(
              'TimedOut',
              `${label} did not reach ${textOption(options, 'for')}: ${stateOf(want, last)}`,
              {
                hint: `see "serval describe ${resource.singular || resource.plural} ${name}"`,
              },
            );
          }
          const watchOptions = {
            ...at,
            fieldSelector: `metadata.name=${name}`,
            resourceVersion: last?.metadata.resourceVersion ?? '',
            signal: deadline,
          };
          try {
            for await (const event of client.watch(resource, watchOptions)) {
              if (event.type === 'BOOKMARK') continue;
              last = event.type === 'DELETED' ? undefined : event.object;
              if (isMet(want, last)) break;
              if (last === undefined) throw new CliError('NotReady', `${label} was deleted meanwhile`);
            }
          } catch (error) {
            if (!deadline.aborted && !isStatusError(error, 'Expired', 'Gone')) throw error;
            // The watch fell too far behind: look again and go on.
            if (!deadline.aborted) last = await client.get(resource, { ...at, name }, { signal });
          }
          signal.throwIfAborted();
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
