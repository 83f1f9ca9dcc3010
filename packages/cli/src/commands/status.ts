import { inferenceServices } from '@serval/api';
import type { Client } from '@serval/kube/client';
import {
  type ConfigMap,
  configMaps,
  type Deployment,
  deployments,
  findCondition,
  isStatusError,
  pods,
} from '@serval/kube/objects';
import { readConditions, readHealthConfigMap, type WebhookHealth } from '@serval/operator';
import { healthConfigMapName } from '@serval/operator/declarations';
import { describeError } from '../command/cli-error.ts';
import { type Command, jsonOption } from '../command/command.ts';
import { isLocked, readRunRecord } from '../platform/data-directory.ts';
import { systemNamespace } from '../platform/model-store-objects.ts';
import { readText } from '../resources/read-body.ts';

interface Health {
  part: string;
  where: string;
  health: string;
}

/** Nothing is known to be wrong: the operator has just started. */
const notProbed = 'not probed yet';

export const statusCommand: Command = {
  name: 'status',
  summary: 'what runs, where, and how healthy it is',
  options: [jsonOption],
  async run({ dataDir, out, options, signal, connect }) {
    const record = await readRunRecord(dataDir);
    const running = await isLocked(dataDir);
    const parts: Health[] = [];
    const services: Record<string, unknown>[] = [];
    let failing: WebhookHealth[] = [];
    if (running && record) {
      const { client } = await connect();
      const told = await healthTold(client, signal);
      const webhooks = readHealthConfigMap(told);
      failing = webhooks.filter(({ failure }) => failure !== undefined);
      parts.push(
        { part: 'API server', where: record.apiServer, health: await probe(() => apiServerHealth(client, signal)) },
        {
          part: 'webhooks',
          where: `ConfigMap ${systemNamespace}/${healthConfigMapName}`,
          health: sumOf(webhooks, failing),
        },
        {
          part: 'gateway',
          where: `http://${record.gateway.external}`,
          health: gatewayHealth(told),
        },
        {
          part: 'model store',
          where: 'http://model-store.serval-system',
          health: await probe(() => storeHealth(client, signal)),
        },
      );
      for (const service of (await client.list(inferenceServices, { signal })).items) {
        const ready = service.status?.conditions?.find((condition) => condition.type === 'Ready');
        services.push({
          namespace: service.metadata.namespace,
          name: service.metadata.name,
          ready: ready?.status ?? 'Unknown',
          url: service.status?.url,
          reason: ready?.status === 'True' ? undefined : (ready?.message ?? ready?.reason),
        });
      }
    }
    const healthy = running && parts.every(({ health }) => health === 'healthy' || health === notProbed);
    if (options['json'] === true) {
      out.json({
        running,
        healthy,
        dataDir,
        ...(running && record ? { process: record, parts, services, failing } : {}),
      });
    } else if (!running) {
      out.print(`nothing runs on ${dataDir}`);
    } else if (!record) {
      out.print(`the platform on ${dataDir} is starting or stopping`);
    } else {
      out.print(`process ${record.pid}, serval ${record.version}, since ${record.startedAt}, data in ${dataDir}\n`);
      out.table(parts as unknown as Record<string, unknown>[], { part: 'PART', where: 'WHERE', health: 'HEALTH' });
      for (const { name, failure, since } of failing) {
        out.print(`\n${name} fails since ${since}: ${failure?.reason}\n  ${failure?.wayOut}`);
      }
      if (services.length > 0) {
        out.print('');
        out.table(services, { namespace: 'NAMESPACE', name: 'NAME', ready: 'READY', url: 'URL', reason: 'REASON' });
      }
    }
    return healthy ? 0 : 1;
  },
};

async function probe(check: () => Promise<string>): Promise<string> {
  try {
    return await check();
  } catch (error) {
    return isStatusError(error, 'NotFound') ? 'missing' : describeError(error);
  }
}

async function apiServerHealth(client: Client, signal: AbortSignal): Promise<string> {
  const response = await client.request({ method: 'GET', path: '/readyz', signal });
  const text = await readText(response);
  return response.status === 200 ? 'healthy' : `${response.status} ${text}`;
}

/** What the operator told last; nothing when it has told nothing yet. */
async function healthTold(client: Client, signal: AbortSignal): Promise<ConfigMap | undefined> {
  try {
    return await client.get(configMaps, { namespace: systemNamespace, name: healthConfigMapName }, { signal });
  } catch {
    // The line of the API server says what is wrong with it.
    return undefined;
  }
}

function sumOf(all: readonly WebhookHealth[], failing: readonly WebhookHealth[]): string {
  if (all.length === 0) return notProbed;
  return failing.length === 0 ? 'healthy' : `${failing.length} of ${all.length} fail`;
}

function gatewayHealth(told: ConfigMap | undefined): string {
  const ready = findCondition(readConditions(told?.data), 'GatewayReady');
  if (!ready) return notProbed;
  return ready.status === 'True' ? 'healthy' : (ready.message ?? ready.reason ?? 'not ready');
}

async function storeHealth(client: Client, signal: AbortSignal): Promise<string> {
  const store: Deployment = await client.get(
    deployments,
    { namespace: systemNamespace, name: 'model-store' },
    { signal },
  );
  if ((store.status?.availableReplicas ?? 0) > 0) return 'healthy';
  const { items } = await client.list(pods, { namespace: systemNamespace, labelSelector: 'app=model-store', signal });
  const waiting = items[0]?.status?.containerStatuses?.[0]?.state?.waiting;
  return waiting ? [waiting.reason, waiting.message].filter(Boolean).join(': ') : 'not ready yet';
}
