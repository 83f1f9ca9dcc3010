import { deepEqual } from '@serval/kube/objects';
import type { Metrics } from '../health/metrics.ts';
import type { Examination } from './examine.ts';
import { shortSubject } from './expiry.ts';

/** What is known of every Secret that was examined, by `namespace/name`. */
export interface Examinations {
  get(key: string): Examination | undefined;
  set(key: string, examination: Examination): void;
  delete(key: string): void;
  clear(): void;
  /** Called with the namespace in which something else is known than before. */
  onChange(listener: (namespace: string) => void): () => void;
}

/** Samples of one family: those that end first, or the first by name, are told. */
const maxSamples = 1000;

export function createExaminations(metrics: Metrics | undefined): Examinations {
  const kept = new Map<string, Examination>();
  const listeners = new Set<(namespace: string) => void>();
  const tell = (namespace: string) => {
    for (const listener of [...listeners]) listener(namespace);
  };

  metrics?.gauge(
    'serval_storage_certificate_expiry_seconds',
    'When a certificate of a storage entry ends, since the epoch; of the thousand that end first.',
    () =>
      [...kept.values()]
        .flatMap(({ namespace, name, certificates }) => certificates.map((found) => ({ namespace, name, ...found })))
        .sort((a, b) => a.endMs - b.endMs)
        .slice(0, maxSamples)
        // Halves that say the same are one sample.
        .filter(
          ({ namespace, name, key, subject }, at, all) =>
            all.findIndex(
              (x) => x.namespace === namespace && x.name === name && x.key === key && x.subject === subject,
            ) === at,
        )
        .map(({ namespace, name, key, subject, endMs }) => ({
          labels: { namespace, secret: name, key, subject: shortSubject(subject) },
          value: Math.round(endMs / 1000),
        })),
  );
  metrics?.gauge(
    'serval_storage_config_deprecated_uses',
    'Certificate fields of storage entries that are used as they were once: what Strict would refuse.',
    () =>
      [...kept.values()]
        .flatMap(({ namespace, uses }) =>
          uses.map(({ key, field }) => ({ labels: { namespace, key, field }, value: 1 })),
        )
        .slice(0, maxSamples),
  );
  metrics?.gauge('serval_storage_config_problems', 'Problems of Secrets with storage entries, by severity.', () =>
    [...kept.values()]
      .flatMap(({ namespace, name, problems }) =>
        (['error', 'warning'] as const).map((severity) => ({
          labels: { namespace, secret: name, severity },
          value: problems.filter((problem) => problem.severity === severity).length,
        })),
      )
      .filter(({ value }) => value > 0)
      .slice(0, maxSamples),
  );

  return {
    get: (key) => kept.get(key),
    set(key, examination) {
      const before = kept.get(key);
      kept.set(key, examination);
      if (!before || !deepEqual(before.certificates, examination.certificates)) tell(examination.namespace);
    },
    delete(key) {
      const before = kept.get(key);
      if (kept.delete(key) && before) tell(before.namespace);
    },
    clear: () => kept.clear(),
    onChange(listener) {
      listeners.add(listener);
      return () => listeners.delete(listener);
    },
  };
}
