import assert from 'node:assert/strict';
import { type ApiResponse, readText, type Transport } from '@serval/kube/client';
import { eventually } from './eventually.ts';

interface Created {
  /** `/api/v1/namespaces/default/secrets/a`. */
  readonly path: string;
  readonly kind: string;
}

/** Verbs that are no objects, and objects that go by themselves or are remade by the API server. */
const passing = /\/(binding|eviction|token|finalize|status|scale|events)$|reviews$/;
const created = 201;

/** A transport that remembers what was created over it, and deletes that again: nothing else of a cluster is touched. */
export function recordCreations(transport: Transport): { transport: Transport; deleteAll(): Promise<void> } {
  const made = new Map<string, Created>();
  return {
    async transport(request) {
      const response = await transport(request);
      const [path = ''] = request.path.split('?');
      const mayCreate = request.method === 'POST' || request.method === 'PATCH';
      if (!mayCreate || response.status !== created || passing.test(path) || request.path.includes('dryRun='))
        return response;
      const text = await readText(response);
      const { kind, metadata } = JSON.parse(text) as { kind: string; metadata?: { name?: string } };
      if (metadata?.name) {
        const own = request.method === 'POST' ? `${path}/${metadata.name}` : path;
        made.set(own, { path: own, kind });
      }
      return { ...response, body: chunksOf(text) };
    },
    async deleteAll() {
      // Webhooks whose server is about to go would refuse what comes next; definitions last, and what is in them before.
      const order = [...made.values()].reverse().sort((a, b) => rank(a) - rank(b));
      for (const { path, kind } of order) {
        const body = JSON.stringify({
          propagationPolicy: 'Background',
          ...(kind === 'Pod' ? { gracePeriodSeconds: 0 } : {}),
        });
        // A connection may end at any time.
        await eventually(() => call(transport, 'DELETE', path, body), 30_000);
      }
      for (const { path, kind } of order) {
        await eventually(async () => {
          const { status, text } = await call(transport, 'GET', path);
          if (status === 404) return;
          // Where no controller looks after namespaces, what was in this one has been deleted above.
          if (kind === 'Namespace') await finalize(transport, path, text);
          else if (kind !== 'CustomResourceDefinition') await release(transport, path, text);
          assert.fail(`${path} is still there: ${text.slice(0, 500)}`);
        }, 30_000);
      }
      made.clear();
    },
  };
}

function rank({ kind }: Created): number {
  if (kind.endsWith('WebhookConfiguration')) return 0;
  return kind === 'CustomResourceDefinition' ? 2 : 1;
}

async function finalize(transport: Transport, path: string, text: string): Promise<void> {
  const namespace = JSON.parse(text) as { spec?: object; metadata?: { deletionTimestamp?: string } };
  if (!namespace.metadata?.deletionTimestamp) return;
  await call(transport, 'PUT', `${path}/finalize`, JSON.stringify({ ...namespace, spec: { finalizers: [] } }));
}

/** Finalizers are taken away by controllers: bare API servers have none for volumes, and the operator has ended by now. */
async function release(transport: Transport, path: string, text: string): Promise<void> {
  const object = JSON.parse(text) as { metadata: { deletionTimestamp?: string } };
  if (!object.metadata.deletionTimestamp) return;
  await call(transport, 'PUT', path, JSON.stringify({ ...object, metadata: { ...object.metadata, finalizers: [] } }));
}

async function call(transport: Transport, method: 'GET' | 'PUT' | 'DELETE', path: string, body?: string) {
  const headers = { 'content-type': 'application/json', accept: 'application/json' };
  const response: ApiResponse = await transport({ method, path, headers, ...(body === undefined ? {} : { body }) });
  return { status: response.status, text: await readText(response) };
}

async function* chunksOf(text: string): AsyncGenerator<Uint8Array> {
  yield Buffer.from(text);
}
