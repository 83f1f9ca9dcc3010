import type { Container, ContainerStatus, Pod } from '@serval/kube/objects';
import { StatusError } from '@serval/kube/objects';
import { badRequest, methodNotAllowed } from '../registry/errors.ts';
import { getObject } from '../registry/read.ts';
import { textAnswer } from './answer.ts';
import type { SubresourceHandler } from './subresource.ts';

const passedOn = ['follow', 'previous', 'sinceSeconds', 'sinceTime', 'timestamps', 'tailLines', 'limitBytes', 'stream'];

/** `pods/log`, read from the kubelet endpoint of the Pod's node. */
export const handleLog: SubresourceHandler = async (services, context, resource, path) => {
  const { request, query, signal } = context;
  if (request.method !== 'GET')
    throw methodNotAllowed('the server does not allow this method on the requested resource');
  const pod = (await getObject(services.registry, resource, path)) as unknown as Pod;
  const container = chooseContainer(pod, query.get('container') ?? '');
  // A Pod without a node has nothing to tell yet.
  if (!pod.spec.nodeName) return textAnswer(200, '');
  const previous = query.get('previous') === 'true';
  if (!previous) requireStarted(pod, container);
  const options = new URLSearchParams();
  for (const name of passedOn) {
    const value = query.get(name);
    if (value !== null) options.set(name, value);
  }
  const text = options.toString();
  const target = [path.namespace, path.name, container].map(encodeURIComponent).join('/');
  const answer = await services.callKubelet(pod.spec.nodeName, {
    method: 'GET',
    path: `/containerLogs/${target}${text ? `?${text}` : ''}`,
    signal,
  });
  const type = answer.headers['content-type'] ?? 'text/plain; charset=utf-8';
  const { 'content-length': length } = answer.headers;
  if (answer.status !== 200) throw new StatusError('BadRequest', await readText(answer.body), { code: answer.status });
  return {
    status: 200,
    headers: { 'content-type': type, ...(length ? { 'content-length': length } : { 'transfer-encoding': 'chunked' }) },
    body: answer.body,
  };
};

function chooseContainer(pod: Pod, wanted: string): string {
  const names = (containers: Container[] = []) => containers.map(({ name }) => name);
  const main = names(pod.spec.containers);
  const init = names(pod.spec.initContainers);
  const { name } = pod.metadata;
  if (wanted) {
    if (main.includes(wanted) || init.includes(wanted)) return wanted;
    throw badRequest(`container ${wanted} is not valid for pod ${name}`);
  }
  if (main.length === 1) return main[0]!;
  const initText = init.length > 0 ? ` or one of the init containers: [${init.join(' ')}]` : '';
  throw badRequest(`a container name must be specified for pod ${name}, choose one of: [${main.join(' ')}]${initText}`);
}

/** As a kubelet says it of a container that has not started. */
function requireStarted(pod: Pod, container: string): void {
  const { containerStatuses = [], initContainerStatuses = [] } = pod.status ?? {};
  const status: ContainerStatus | undefined = [...containerStatuses, ...initContainerStatuses].find(
    ({ name }) => name === container,
  );
  const waiting = status?.state?.waiting;
  // A container that is waiting to be restarted shows the logs of its last run.
  if (!waiting || status?.lastState?.terminated) return;
  const trouble = waiting.reason && !['ContainerCreating', 'PodInitializing'].includes(waiting.reason);
  throw badRequest(
    trouble
      ? `container "${container}" in pod "${pod.metadata.name}" is waiting to start: ${waiting.message || waiting.reason}`
      : `container "${container}" in pod "${pod.metadata.name}" is waiting to start: ${waiting.reason ?? 'ContainerCreating'}`,
  );
}

const maxErrorBytes = 4096;

async function readText(body: AsyncIterable<Uint8Array>): Promise<string> {
  let text = '';
  for await (const chunk of body) {
    text += Buffer.from(chunk).toString();
    if (text.length > maxErrorBytes) break;
  }
  return text.trim().slice(0, maxErrorBytes) || 'the node did not say why';
}
