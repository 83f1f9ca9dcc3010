import type { Transport } from '@serval/kube/client';

/** What an API server shows of something, and where. */
export interface View {
  readonly where: string;
  readonly text: string;
}

interface ResourceList {
  groupVersion: string;
  resources: { name: string; verbs: string[] }[];
}

const json = 'application/json';
const table = 'application/json;as=Table;v=v1;g=meta.k8s.io';
const metadata = 'application/json;as=PartialObjectMetadataList;v=v1;g=meta.k8s.io';

/**
 * All that there is to be seen of all objects: lists, tables, metadata and watches of every kind, whoever made them. Secrets are shown as
 * tables and metadata alone: what is in them is theirs.
 */
export async function viewsOfAll(transport: Transport, signal: AbortSignal): Promise<View[]> {
  const get = async (path: string, accept = json) => await textOf(transport, path, accept, signal);
  const groups = JSON.parse(await get('/apis')) as { groups: { versions: { groupVersion: string }[] }[] };
  const roots = [
    '/api/v1',
    ...groups.groups.flatMap(({ versions }) => versions.map(({ groupVersion }) => `/apis/${groupVersion}`)),
  ];
  const paths = (
    await Promise.all(
      roots.map(async (root) => {
        const { resources } = JSON.parse(await get(root)) as ResourceList;
        return resources.filter(({ verbs }) => verbs.includes('list')).map(({ name }) => `${root}/${name}`);
      }),
    )
  ).flat();
  const forms = paths.flatMap((path) => {
    const watch = `${path}?watch=true&resourceVersion=0&timeoutSeconds=1`;
    const shown: [string, string][] = [
      [path, table],
      [`${path}?includeObject=Metadata`, table],
      [watch, table],
      [path, metadata],
    ];
    return path === '/api/v1/secrets' ? shown : ([...shown, [path, json], [watch, json]] as [string, string][]);
  });
  return await Promise.all(
    forms.map(async ([path, accept]) => ({ where: `${path} as ${accept}`, text: await get(path, accept) })),
  );
}

async function textOf(transport: Transport, path: string, accept: string, signal: AbortSignal): Promise<string> {
  const { body } = await transport({ method: 'GET', path, headers: { accept }, signal });
  const chunks: Uint8Array[] = [];
  for await (const chunk of body) chunks.push(chunk);
  return Buffer.concat(chunks).toString('utf8');
}
