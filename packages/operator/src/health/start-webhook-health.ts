import { type Client, type Clock, createEventRecorder, type Log, systemClock } from '@serval/kube/client';
import { operatorName, webhookConfigurationName } from '../declarations/installed-names.ts';
import { watchWebhookObjects } from '../registration/webhook-objects.ts';
import { createAccessNotes } from '../scope/access-notes.ts';
import type { CallWebhook } from './call-over-tls.ts';
import { createWebhookHealth, type WebhookHealthMonitor, webhookSource } from './webhook-health.ts';
import { createHealthWriter } from './write-health.ts';

/**
 * Watches over the webhooks of a platform whose operator runs alone, without a Lease: probes them, tells of changes in Events and the
 * log, and keeps ConfigMap `serval-health`.
 */
export function startWebhookHealth({
  client,
  namespace,
  call,
  log,
  clock = systemClock,
}: {
  client: Client;
  namespace: string;
  call: CallWebhook;
  log: Log;
  clock?: Clock;
}): { monitor: WebhookHealthMonitor; close(): Promise<void> } {
  const closing = new AbortController();
  const running = { client, log, clock, signal: closing.signal };
  const events = createEventRecorder({ ...running, component: operatorName });
  const objects = watchWebhookObjects({
    ...running,
    clusterScoped: true,
    access: createAccessNotes(log),
    configurationName: webhookConfigurationName,
  });
  const monitor = createWebhookHealth({ ...running, objects, call, events: () => events });
  const writer = createHealthWriter({ ...running, namespace, source: webhookSource(monitor), isWriter: () => true });
  return {
    monitor,
    async close() {
      closing.abort(new Error('the platform is closed'));
      await monitor.close();
      await writer.close();
      await events.flush();
    },
  };
}
