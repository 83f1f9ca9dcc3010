import { type InferenceService, inferenceServices } from '@serval/api';
import type { Client } from '@serval/kube/client';
import { type Deployment, deployments, isStatusError, type Pod, pods } from '@serval/kube/objects';
import { operatorDeploymentName, operatorLabels } from '@serval/operator/declarations';
import { CliError } from '../command/cli-error.ts';
import type { ApplyOptions } from './apply-installation.ts';
import { pollUntil } from './poll.ts';

/** Waits until every replica of the operator is of this installation and available; tells meanwhile what keeps it. */
export async function waitForOperator({ client, namespace, signal, timeoutMs, note }: ApplyOptions): Promise<void> {
  let told = '';
  await pollUntil(
    async () => {
      const deployment = await client.get(deployments, { namespace, name: operatorDeploymentName }, { signal });
      if (isRolledOut(deployment)) return true;
      const found = await client.list(pods, { namespace, labelSelector: selector, signal });
      const state = found.items.map(whyNotReady).find((why) => why !== undefined) ?? '';
      if (state !== told && state !== '') note(`  ${state}`);
      told = state;
      return false;
    },
    {
      signal,
      timeoutMs,
      onTimeout: () =>
        new CliError(
          'TimedOut',
          `the operator is not available after ${timeoutMs / 1000} s${told ? `: ${told}` : ''}`,
          {
            hint: `kubectl -n ${namespace} describe deployment ${operatorDeploymentName}; then run the same command again`,
          },
        ),
    },
  );
}

const selector = Object.entries(operatorLabels)
  .map(([label, value]) => `${label}=${value}`)
  .join(',');

function isRolledOut({ metadata, spec, status }: Deployment): boolean {
  const wanted = spec.replicas ?? 1;
  return (
    (status?.observedGeneration ?? 0) >= (metadata.generation ?? 0) &&
    (status?.updatedReplicas ?? 0) === wanted &&
    (status?.availableReplicas ?? 0) === wanted
  );
}

function whyNotReady({ metadata, status }: Pod): string | undefined {
  for (const { state, lastState, ready } of status?.containerStatuses ?? []) {
    const why = state?.waiting ?? state?.terminated ?? (ready ? undefined : lastState?.terminated);
    if (why) return `Pod ${metadata.name}: ${[why.reason, why.message].filter(Boolean).join(': ')}`;
  }
  const unscheduled = status?.conditions?.find(({ type, status: is }) => type === 'PodScheduled' && is === 'False');
  return unscheduled && `Pod ${metadata.name}: ${unscheduled.message ?? unscheduled.reason}`;
}

/** Asks the API server for what it would make of a service, until the webhooks have had their say. */
export async function waitForWebhooks(
  client: Client,
  { namespace, signal, timeoutMs }: { namespace: string; signal: AbortSignal; timeoutMs: number },
): Promise<void> {
  const probe: InferenceService = {
    apiVersion: 'serving.kserve.io/v1beta1',
    kind: 'InferenceService',
    metadata: { namespace, name: 'serval-install-probe' },
    spec: { predictor: { xgboost: { storageUri: 's3://none/none' } } },
  };
  let last = '';
  await pollUntil(
    async () => {
      try {
        const answer = await client.create(inferenceServices, probe, { dryRun: true, signal });
        // The defaulter turns the old form into the new one; who did not ask it leaves the form as it is.
        return answer.spec.predictor.model !== undefined;
      } catch (error) {
        if (!mayPass(error)) throw error;
        last = error instanceof Error ? error.message : String(error);
        return false;
      }
    },
    {
      signal,
      timeoutMs,
      onTimeout: () =>
        new CliError('TimedOut', `API servers do not reach the webhooks after ${timeoutMs / 1000} s: ${last}`, {
          hint: `kubectl -n ${namespace} get configmap serval-health -o yaml says how the operator sees it`,
        }),
    },
  );
}

/** Whether an error may pass by itself: a webhook whose certificate is not announced yet, a server that is restarting. */
function mayPass(error: unknown): boolean {
  return isStatusError(error, 'InternalError', 'ServiceUnavailable', 'Timeout', 'TooManyRequests', 'ServerTimeout');
}
