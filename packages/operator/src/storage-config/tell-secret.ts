import type { EventRecorder } from '@serval/kube/client';
import type { Secret } from '@serval/kube/objects';
import type { ServingConfig } from '../config/serving-config.ts';
import { isDeprecatedUse } from './deprecated-uses.ts';
import type { Examination } from './examine.ts';
import { ageOf, dayOf, shortSubject } from './expiry.ts';
import { migrateCommand } from './names.ts';

/** Something that a person should see about a Secret. */
export interface Told {
  readonly reason: string;
  readonly message: string;
}

/** What an examination gives to tell. Pure. Ages of certificates are told by themselves, not as problems. */
export function tellings(
  { namespace, problems, certificates }: Examination,
  stage: ServingConfig['credentials']['certificateFields'],
  nowMs: number,
): Told[] {
  const list: Told[] = [];
  for (const problem of problems) {
    if (isDeprecatedUse(problem)) {
      if (stage === 'Dual') continue;
      const message = `${problem.message}; mend it with: ${migrateCommand(namespace)}`;
      list.push({ reason: 'CertificateFieldDeprecated', message });
    } else if (problem.severity === 'error' && problem.code !== 'Expired') {
      list.push({ reason: 'StorageConfigInvalid', message: problem.message });
    }
  }
  for (const { key, place, subject, endMs } of certificates) {
    const age = ageOf(endMs, nowMs);
    if (age === 'fine') continue;
    const verb = age === 'ended' ? 'ended' : 'ends';
    list.push({
      reason: age === 'ended' ? 'CertificateExpired' : 'CertificateExpiresSoon',
      message: `key ${key}, ${place}: certificate ${shortSubject(subject)} ${verb} on ${dayOf(endMs)}`,
    });
  }
  return list;
}

/** Tells each thing once, for as long as it stays so. Holds what it told of each Secret that there is. */
export function createSecretTeller(events: EventRecorder) {
  const told = new Map<string, ReadonlySet<string>>();
  return {
    tell(key: string, secret: Secret, list: readonly Told[]): void {
      const before = told.get(key) ?? new Set();
      for (const { reason, message } of list) {
        if (!before.has(`${reason} ${message}`)) events.record(secret, 'Warning', reason, message);
      }
      told.set(key, new Set(list.map(({ reason, message }) => `${reason} ${message}`)));
    },
    forget(key: string): void {
      told.delete(key);
    },
  };
}
