import type { Client, Clock, EventRecorder, Log } from '@serval/kube/client';
import { type ConfigMap, configMaps, keyOf, type Secret, secrets } from '@serval/kube/objects';
import { bundleKey } from '../names.ts';
import type { HalvesPlan } from './plan-halves.ts';
import { createWriteLimit } from './write-limit.ts';

export interface KeepHalvesDeps {
  readonly client: Client;
  readonly events: EventRecorder;
  readonly clock: Clock;
  readonly log: Log;
}

/**
 * Writes what a plan says, each object only in the version that was looked at. An object that another writes back again and again is left to
 * that one for a while, which is told.
 *
 * @returns what to tell, and when to look again if something was put off.
 */
export function createHalvesKeeper({ client, events, clock, log }: KeepHalvesDeps) {
  const limit = createWriteLimit(clock);

  /** Whether it may be written; else how long not. */
  async function limited(
    what: string,
    put: { offMs: number; told: string[] },
    write: () => Promise<unknown>,
  ): Promise<void> {
    const waitMs = limit.waitMs(what);
    if (waitMs > 0) {
      put.offMs = Math.min(put.offMs, waitMs);
      put.told.push(
        `${what} is written differently by somebody else again and again; left alone for some minutes. Let one of them write it`,
      );
      return;
    }
    limit.wrote(what);
    await write();
    log.info({ object: what }, 'a half of certificates was made equal to the other');
  }

  return async (secret: Secret, plan: HalvesPlan, signal: AbortSignal) => {
    const put = { offMs: Number.POSITIVE_INFINITY, told: [] as string[] };
    const { namespace = '', name = '', resourceVersion } = secret.metadata;
    const keys = Object.keys(plan.texts);
    if (keys.length > 0) {
      await limited(`Secret ${namespace}/${name}`, put, async () => {
        const data = Object.fromEntries(
          keys.map((key) => [key, Buffer.from(plan.texts[key] ?? '').toString('base64')]),
        );
        await client.patch(secrets, { namespace, name }, 'merge', { metadata: { resourceVersion }, data }, { signal });
        events.record(
          secret,
          'Normal',
          'CertificateKept',
          `field certificate of ${keys.join(', ')} follows its ConfigMap`,
        );
      });
    }
    for (const object of plan.created) {
      await limited(nameOf(object), put, async () => {
        await client.create(configMaps, object, { signal });
        events.record(secret, 'Normal', 'CertificateKept', `${nameOf(object)} was made of the inline certificate`);
      });
    }
    for (const { live, pem } of plan.patched) {
      await limited(nameOf(live), put, async () => {
        const patch = { metadata: { resourceVersion: live.metadata.resourceVersion }, data: { [bundleKey]: pem } };
        await client.patch(configMaps, { namespace, name: live.metadata.name ?? '' }, 'merge', patch, { signal });
        events.record(secret, 'Normal', 'CertificateKept', `${nameOf(live)} follows the inline certificate`);
      });
    }
    return {
      told: [
        ...plan.problems.map((message) => ({ reason: 'CertificateNotKept', message })),
        ...put.told.map((message) => ({ reason: 'CertificateContested', message })),
      ],
      againMs: Number.isFinite(put.offMs) ? put.offMs : undefined,
    };
  };
}

function nameOf({ metadata }: ConfigMap): string {
  return `ConfigMap ${keyOf(metadata)}`;
}
