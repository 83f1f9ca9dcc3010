import type { Client } from '@serval/kube/client';
import { type AnyObject, type Pod, pods, resourcePath, statusErrorFrom } from '@serval/kube/objects';
import { CliError } from '../command/cli-error.ts';
import { type Command, namespaceOption, textOption } from '../command/command.ts';
import { discover, findResource } from '../resources/discovery.ts';
import { parseStatus, readText } from '../resources/read-body.ts';

export const logsCommand: Command = {
  name: 'logs <target>',
  summary: 'print the logs of a Pod, or of the newest Pod of a service or Deployment',
  details: 'Examples:\n  serval logs isvc/iris -f\n  serval logs iris-predictor-5d9c-x2x9z -c storage-initializer',
  options: [
    namespaceOption,
    { flags: '-f, --follow', help: 'go on printing until stopped' },
    { flags: '-c, --container <name>', help: 'container; default: the first one' },
    { flags: '-p, --previous', help: 'the run before the last restart' },
    { flags: '--tail <lines>', help: 'only the last lines' },
    { flags: '--timestamps', help: 'put the time before each line' },
  ],
  async run({ args, options, out, signal, connect }) {
    const { client, namespace } = await connect();
    const pod = await findPod(client, namespace, args[0] ?? '', signal);
    const query = new URLSearchParams();
    query.set('container', textOption(options, 'container') ?? pod.spec.containers[0]?.name ?? '');
    for (const flag of ['follow', 'previous', 'timestamps']) if (options[flag] === true) query.set(flag, 'true');
    const tail = textOption(options, 'tail');
    if (tail !== undefined) query.set('tailLines', tail);
    const path = resourcePath(pods, { namespace, name: pod.metadata.name ?? '', subresource: 'log' });
    const response = await client.request({ method: 'GET', path: `${path}?${query}`, signal });
    if (response.status !== 200) throw statusErrorFrom(parseStatus(await readText(response)), response.status);
    const decoder = new TextDecoder();
    let rest = '';
    try {
      for await (const chunk of response.body) {
        const lines = (rest + decoder.decode(chunk, { stream: true })).split('\n');
        rest = lines.pop() ?? '';
        if (lines.length > 0) out.print(lines.join('\n'));
      }
    } catch (error) {
      if (!signal.aborted) throw error;
    }
    if (rest !== '') out.print(rest);
    return 0;
  },
};

/** `POD`, `pod/POD`, or any kind whose Pods are found by labels: `isvc/NAME`, `deploy/NAME`, `svc/NAME`. */
async function findPod(client: Client, namespace: string, target: string, signal: AbortSignal): Promise<Pod> {
  const [kind, name] = target.includes('/') ? target.split('/', 2) : ['pod', target];
  const resource = findResource(await discover(client, signal), kind ?? '');
  if (resource.plural === 'pods' && resource.group === '')
    return client.get(pods, { namespace, name: name ?? '' }, { signal });
  const object = await client.get(resource, { namespace, name: name ?? '' }, { signal });
  const { items } = await client.list(pods, { namespace, labelSelector: podSelector(object), signal });
  const newest = items.toSorted((a, b) =>
    (b.metadata.creationTimestamp ?? '').localeCompare(a.metadata.creationTimestamp ?? ''),
  )[0];
  if (newest) return newest;
  throw new CliError('NotReady', `${target} has no Pod yet`, { hint: `see "serval describe ${kind} ${name}"` });
}

function podSelector(object: AnyObject): string {
  if (object.kind === 'InferenceService') return `serving.kserve.io/inferenceservice=${object.metadata.name}`;
  const selector = object['spec']?.selector;
  const labels = (selector?.matchLabels ?? (object.kind === 'Service' ? selector : undefined)) as
    | Record<string, string>
    | undefined;
  if (labels === undefined) throw new CliError('BadUsage', `${object.kind} ${object.metadata.name} selects no Pods`);
  return Object.entries(labels)
    .map(([key, value]) => `${key}=${value}`)
    .join(',');
}
