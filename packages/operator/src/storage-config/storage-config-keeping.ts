import type { InferenceService } from '@serval/api';
import {
  type Client,
  type Clock,
  type Controller,
  createController,
  type EventRecorder,
  type Log,
  type Reflector,
  source,
} from '@serval/kube/client';
import { keyOf, type Secret } from '@serval/kube/objects';
import type { ConditionResult } from '../conditions/condition-result.ts';
import type { ConfigSource } from '../config/config-source.ts';
import type { BundleSource } from '../global-bundle/bundle-source.ts';
import { needsGlobalBundle } from '../global-bundle/needs-bundle.ts';
import type { Metrics } from '../health/metrics.ts';
import { timeReconciles } from '../health/own-cost.ts';
import {
  certificateCondition,
  certificatesOfEntry,
  entryKeyOf,
  type KnownCertificate,
} from './certificate-condition.ts';
import { createExaminations } from './examinations.ts';
import { untilNextAge } from './expiry.ts';
import { createStorageConfigReconciler } from './reconciler.ts';

export interface StorageConfigKeepingOptions {
  readonly client: Client;
  readonly config: ConfigSource;
  readonly storageSecrets: Reflector<Secret>;
  readonly bundle: BundleSource;
  readonly events: EventRecorder;
  readonly metrics: Metrics | undefined;
  readonly clock: Clock;
  readonly log: Log;
}

/** What is kept and told about Secrets with storage entries. */
export interface StorageConfigKeeping {
  /** How the certificates are that the service's storage is trusted by. */
  conditionOf(service: InferenceService): ConditionResult | undefined;
  /** Called with the namespace whose services may have another condition now; without one, all may. */
  onChange(listener: (namespace?: string) => void): () => void;
  /** Examines and keeps until it is closed. Only the leader does. */
  startController(): Pick<Controller, 'close'>;
}

const dayMs = 86_400_000;

export function createStorageConfigKeeping(options: StorageConfigKeepingOptions): StorageConfigKeeping {
  const { config, storageSecrets, bundle, events, metrics, clock, log } = options;
  const examinations = createExaminations(metrics);
  const listeners = new Set<(namespace?: string) => void>();

  function conditionOf(service: InferenceService): ConditionResult | undefined {
    const { namespace = '' } = service.metadata;
    const { storageSpecSecretName, storageSecretNameAnnotation } = config.current().credentials;
    const name = service.metadata.annotations?.[storageSecretNameAnnotation] ?? storageSpecSecretName;
    const examination = examinations.get(keyOf({ namespace, name }));
    const keys = examination?.certificates.map(({ key }) => key) ?? [];
    const entry = entryKeyOf(service, keys);
    const own = examination && entry ? certificatesOfEntry(examination, entry) : [];
    const common = needsGlobalBundle(service) ? bundleCertificates() : [];
    return certificateCondition([...own, ...common], clock.now());
  }

  function bundleCertificates(): KnownCertificate[] {
    const state = bundle.current();
    if (!('chain' in state)) return [];
    return state.chain.map(({ subject, notAfter }) => ({
      place: `the global bundle, ConfigMap ${keyOf(bundle.object()?.metadata ?? {})}`,
      subject,
      endMs: Date.parse(notAfter),
    }));
  }

  function startController(): Pick<Controller, 'close'> {
    const controller = createController({
      name: 'storage-config',
      reconcile: timeReconciles('storage-config', createStorageConfigReconciler({ ...options, examinations }), metrics),
      sources: [source(storageSecrets, ({ object }) => [keyOf(object.metadata)])],
      clock,
      log,
    });
    const stopExaminations = examinations.onChange((namespace) => {
      for (const listener of [...listeners]) listener(namespace);
    });
    let told = '';
    let cancelTimer = () => {};
    const lookAtBundle = () => {
      cancelTimer();
      const certificates = bundleCertificates();
      const condition = certificateCondition(certificates, clock.now());
      const text = JSON.stringify(condition ?? {});
      if (text !== told) {
        told = text;
        const object = bundle.object();
        if (object && condition?.reason) events.record(object, 'Warning', condition.reason, condition.message ?? '');
        for (const listener of [...listeners]) listener();
      }
      const next = untilNextAge(
        certificates.map(({ endMs }) => endMs),
        clock.now(),
      );
      cancelTimer = clock.after(Math.min(next ?? dayMs, dayMs), lookAtBundle);
    };
    const stopBundle = bundle.onChange(lookAtBundle);
    const stopConfig = config.onChange(() => {
      for (const { metadata } of storageSecrets.list()) controller.queue.add(keyOf(metadata));
    });
    lookAtBundle();
    return {
      async close() {
        cancelTimer();
        stopBundle();
        stopConfig();
        stopExaminations();
        await controller.close();
        examinations.clear();
      },
    };
  }

  metrics?.gauge(
    'serval_global_bundle_expiry_seconds',
    'When a certificate of the global bundle ends, since the epoch.',
    () =>
      bundleCertificates()
        .slice(0, 1000)
        .map(({ subject, endMs }) => ({ labels: { subject: subject.slice(0, 128) }, value: Math.round(endMs / 1000) })),
  );

  return {
    conditionOf,
    onChange(listener) {
      listeners.add(listener);
      return () => listeners.delete(listener);
    },
    startController,
  };
}
