import type { Client } from '@serval/kube/client';
import { type AnyObject, isStatusError, resourcePath, statusErrorFrom } from '@serval/kube/objects';
import { dump } from 'js-yaml';
import { CliError } from '../command/cli-error.ts';
import { type Command, type CommandContext, namespaceOption, textOption } from '../command/command.ts';
import { renderTable } from '../command/output.ts';
import { discover } from '../resources/discovery.ts';
import { jsonLines } from '../resources/json-lines.ts';
import { parseStatus, readText, requestJson } from '../resources/read-body.ts';
import { acceptTable, printableTable, type ServerTable } from '../resources/table.ts';
import { parseTargets, type Targets } from '../resources/targets.ts';
import { resourceLabel } from './apply.ts';

interface Query {
  namespace: string | undefined;
  labelSelector: string | undefined;
  signal: AbortSignal;
}

export const getCommand: Command = {
  name: 'get <kind> [names...]',
  summary: 'list objects, or print some',
  details:
    'Examples:\n  serval get isvc\n  serval get isvc iris -o yaml\n  serval get pods -A -o wide\n  serval get isvc -w',
  options: [
    namespaceOption,
    { flags: '-A, --all-namespaces', help: 'of every namespace' },
    { flags: '-l, --selector <labels>', help: 'label selector, as in "app=iris"' },
    { flags: '-o, --output <form>', help: 'form of the output', choices: ['wide', 'yaml', 'json', 'name'] },
    { flags: '--json', help: 'the same as -o json' },
    { flags: '-w, --watch', help: 'go on printing changes until stopped' },
  ],
  async run(context) {
    const { args, options, out, signal } = context;
    const { client, namespace } = await context.connect();
    const targets = parseTargets(await discover(client, signal), args);
    const all = options['allNamespaces'] === true;
    if (all && targets.some(({ names }) => names.length > 0)) {
      throw new CliError('BadUsage', 'an object cannot be named across all namespaces', {
        hint: 'leave out the name, or -A',
      });
    }
    const output = options['json'] === true ? 'json' : textOption(options, 'output');
    const query = { namespace: all ? undefined : namespace, labelSelector: textOption(options, 'selector'), signal };
    if (options['watch'] === true) return watchTable(context, client, targets, query, output);
    if (output === undefined || output === 'wide')
      return printTables(context, client, targets, query, output === 'wide');

    const objects = (await Promise.all(targets.map((target) => fetchObjects(client, target, query)))).flat();
    const named = targets.length === 1 && targets[0]?.names.length === 1;
    if (output === 'name') {
      for (const { target, object } of objects) out.print(`${resourceLabel(target.resource)}/${object.metadata.name}`);
    } else {
      const list = objects.map(({ object }) => withoutManagedFields(object));
      const value = named ? list[0] : { apiVersion: 'v1', kind: 'List', metadata: {}, items: list };
      out.print(
        output === 'json' ? JSON.stringify(value, null, 2) : dump(value, { noRefs: true, lineWidth: -1 }).trimEnd(),
      );
    }
    return 0;
  },
};

export function withoutManagedFields(object: AnyObject): AnyObject {
  const { managedFields: _, ...metadata } = object.metadata;
  return { ...object, metadata };
}

async function fetchObjects(client: Client, target: Targets, { namespace, labelSelector, signal }: Query) {
  const { resource, names } = target;
  const at = resource.namespaced && namespace ? { namespace } : {};
  if (names.length > 0) {
    return Promise.all(
      names.map(async (name) => ({ target, object: await client.get(resource, { ...at, name }, { signal }) })),
    );
  }
  const list = await client.list(resource, { ...at, ...(labelSelector ? { labelSelector } : {}), signal });
  // Items of a list carry no apiVersion and kind of their own on every server.
  const apiVersion = resource.group === '' ? resource.version : `${resource.group}/${resource.version}`;
  return list.items.map((object) => ({ target, object: { ...object, apiVersion, kind: resource.kind } }));
}

function tablePath(
  target: Targets,
  name: string | undefined,
  query: Query,
  extra: Record<string, string> = {},
): string {
  const at = target.resource.namespaced && query.namespace ? { namespace: query.namespace } : {};
  const parameters = new URLSearchParams(extra);
  if (query.labelSelector && name === undefined) parameters.set('labelSelector', query.labelSelector);
  const path = resourcePath(target.resource, { ...at, ...(name !== undefined ? { name } : {}) });
  return parameters.size > 0 ? `${path}?${parameters}` : path;
}

async function printTables(
  { out, signal }: CommandContext,
  client: Client,
  targets: readonly Targets[],
  query: Query,
  wide: boolean,
): Promise<number> {
  let printed = 0;
  let missing = 0;
  for (const target of targets) {
    const tables: ServerTable[] = [];
    for (const name of target.names.length > 0 ? target.names : [undefined]) {
      try {
        const path = tablePath(target, name, query);
        tables.push(
          await requestJson<ServerTable>(client, { method: 'GET', path, headers: { accept: acceptTable }, signal }),
        );
      } catch (error) {
        if (!isStatusError(error, 'NotFound') || name === undefined) throw error;
        missing++;
        out.note(`serval: ${error.message}`);
      }
    }
    const withNamespace = target.resource.namespaced && query.namespace === undefined;
    const parts = tables.map((table) => printableTable(table, { wide, withNamespace }));
    const rows = parts.flatMap((part) => part.rows);
    if (rows.length === 0) continue;
    if (printed > 0) out.print('');
    out.print(renderTable(parts[0]?.head ?? [], rows));
    printed += rows.length;
  }
  if (printed === 0 && missing === 0) {
    out.note(query.namespace === undefined ? 'nothing found' : `nothing found in namespace ${query.namespace}`);
  }
  return missing > 0 ? 1 : 0;
}

/** Prints what is there and then each change, one line each, until the signal or the server ends it. */
async function watchTable(
  { out, signal }: CommandContext,
  client: Client,
  targets: readonly Targets[],
  query: Query,
  output: string | undefined,
): Promise<number> {
  const [target] = targets;
  if (target === undefined || targets.length !== 1 || target.names.length > 1) {
    throw new CliError('BadUsage', 'a watch takes one kind, and at most one name');
  }
  if (output !== undefined && output !== 'wide') {
    throw new CliError('BadUsage', `-w prints tables; -o ${output} is not possible with it`);
  }
  const [name] = target.names;
  const headers = { accept: acceptTable };
  const view = { wide: output === 'wide', withNamespace: target.resource.namespaced && query.namespace === undefined };
  const first = await requestJson<ServerTable>(client, {
    method: 'GET',
    path: tablePath(target, name, query),
    headers,
    signal,
  });
  const columns = first.columnDefinitions ?? [];
  const { head, rows } = printableTable(first, view);
  // Widths are set once: later rows stay below the heading that was printed first.
  const widths = head.map((title, index) => Math.max(title.length, ...rows.map((row) => row[index]?.length ?? 0)) + 3);
  const print = (row: readonly string[]) =>
    out.print(
      row
        .map((text, index) => text.padEnd(widths[index] ?? 0))
        .join('')
        .trimEnd(),
    );
  print(head);
  for (const row of rows) print(row);

  const watchQuery = {
    watch: 'true',
    resourceVersion: first.metadata.resourceVersion ?? '',
    ...(name === undefined ? {} : { fieldSelector: `metadata.name=${name}` }),
  };
  const path = tablePath(target, undefined, query, watchQuery);
  try {
    const response = await client.request({ method: 'GET', path, headers, signal });
    if (response.status !== 200) throw statusErrorFrom(parseStatus(await readText(response)), response.status);
    for await (const event of jsonLines<{ type: string; object: ServerTable & AnyObject }>(response.body)) {
      if (event.type === 'ERROR') throw statusErrorFrom(event.object as object, 500);
      if (event.type === 'BOOKMARK') continue;
      for (const row of printableTable({ ...event.object, columnDefinitions: columns }, view).rows) print(row);
    }
  } catch (error) {
    if (!signal.aborted) throw error;
  }
  return 0;
}
