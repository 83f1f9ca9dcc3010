import type { AnyObject, KubeEvent } from '@serval/kube/objects';
import { events } from '@serval/kube/objects';
import { dump } from 'js-yaml';
import { CliError } from '../command/cli-error.ts';
import { type Command, namespaceOption } from '../command/command.ts';
import { renderTable } from '../command/output.ts';
import { discover } from '../resources/discovery.ts';
import { parseTargets } from '../resources/targets.ts';
import { withoutManagedFields } from './get.ts';

export const describeCommand: Command = {
  name: 'describe <kind> [names...]',
  summary: 'show an object with its conditions and events',
  options: [namespaceOption],
  async run({ args, out, signal, connect }) {
    const { client, namespace } = await connect();
    for (const { resource, names } of parseTargets(await discover(client, signal), args)) {
      const at = resource.namespaced ? { namespace } : {};
      const wanted =
        names.length > 0
          ? names
          : (await client.list(resource, { ...at, signal })).items.map((item) => item.metadata.name ?? '');
      if (wanted.length === 0)
        throw new CliError('BadUsage', `there are no ${resource.plural} in namespace ${namespace}`);
      for (const name of wanted) {
        const object = await client.get(resource, { ...at, name }, { signal });
        const about = await client.list(events, {
          ...(resource.namespaced ? { namespace: object.metadata.namespace ?? namespace } : {}),
          fieldSelector: `involvedObject.name=${name},involvedObject.uid=${object.metadata.uid ?? ''}`,
          signal,
        });
        out.print(describeObject(object, about.items));
      }
    }
    return 0;
  },
};

/** The object as a person reads it: identity, spec, conditions as a table, the rest of the status, events. */
function describeObject(object: AnyObject, about: readonly KubeEvent[]): string {
  const { apiVersion, kind, metadata, spec, status, ...others } = withoutManagedFields(object);
  const { conditions, ...restOfStatus } = (status ?? {}) as Record<string, unknown>;
  const sections = [
    section('', {
      Name: metadata.name,
      ...(metadata.namespace ? { Namespace: metadata.namespace } : {}),
      Kind: `${kind} (${apiVersion})`,
      Created: metadata.creationTimestamp,
      ...(metadata.labels ? { Labels: metadata.labels } : {}),
      ...(metadata.annotations ? { Annotations: metadata.annotations } : {}),
    }),
    ...(spec ? [section('Spec', spec)] : []),
    ...Object.entries(kind === 'Secret' ? { data: Object.keys(others['data'] ?? {}) } : others).map(([name, value]) =>
      section(name[0]?.toUpperCase() + name.slice(1), value),
    ),
    ...(Object.keys(restOfStatus).length > 0 ? [section('Status', restOfStatus)] : []),
  ];
  if (Array.isArray(conditions)) {
    const rows = conditions.map((found) => [`  ${found.type}`, found.status, found.reason ?? '', found.message ?? '']);
    sections.push(`Conditions:\n${renderTable(['  TYPE', 'STATUS', 'REASON', 'MESSAGE'], rows)}`);
  }
  const rows = about
    .toSorted((a, b) => (a.lastTimestamp ?? '').localeCompare(b.lastTimestamp ?? ''))
    .map((event) => [
      `  ${event.lastTimestamp ?? event.eventTime ?? ''}`,
      event.type ?? '',
      `${event.reason ?? ''}${(event.count ?? 1) > 1 ? ` (x${event.count})` : ''}`,
      event.message ?? '',
    ]);
  sections.push(
    rows.length > 0 ? `Events:\n${renderTable(['  LAST SEEN', 'TYPE', 'REASON', 'MESSAGE'], rows)}` : 'Events: none',
  );
  return sections.join('\n');
}

function section(title: string, value: unknown): string {
  const text = dump(value, { noRefs: true, lineWidth: -1 }).trimEnd();
  if (title === '') return text;
  return `${title}:\n${text
    .split('\n')
    .map((line) => `  ${line}`)
    .join('\n')}`;
}
