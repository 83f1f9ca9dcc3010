import type { InferenceService } from '@serval/api';
import type { ConditionResult } from '../conditions/condition-result.ts';
import type { Examination } from './examine.ts';
import { ageOf, dayOf, shortSubject } from './expiry.ts';

/** Type of the condition. It does not count for `Ready`: a model that is loaded serves on when a certificate ends. */
export const certificateConditionType = 'StorageCertificateValid';

export interface KnownCertificate {
  /** `Secret team/storage-config, key minio, field certificate`. */
  readonly place: string;
  readonly subject: string;
  readonly endMs: number;
}

/**
 * How the certificates are that a service's storage is trusted by. While all are well the condition says no more than that, so that a
 * rotation changes no status. Nothing when there are none.
 */
export function certificateCondition(
  certificates: readonly KnownCertificate[],
  nowMs: number,
): ConditionResult | undefined {
  if (certificates.length === 0) return undefined;
  const told = (wanted: 'ended' | 'endsSoon') =>
    certificates
      .filter(({ endMs }) => ageOf(endMs, nowMs) === wanted)
      .map(({ place, subject, endMs }) => {
        const verb = wanted === 'ended' ? 'ended' : 'ends';
        return `${place}: certificate ${shortSubject(subject)} ${verb} on ${dayOf(endMs)}`;
      });
  const ended = told('ended');
  if (ended.length > 0) return { status: 'False', reason: 'CertificateExpired', message: ended.join('; ') };
  const soon = told('endsSoon');
  if (soon.length > 0) return { status: 'True', reason: 'CertificateExpiresSoon', message: soon.join('; ') };
  return { status: 'True' };
}

/** The key of the entry that a service reads, given which there are: as `storage.key` says, else by type, else the default. */
export function entryKeyOf({ spec }: InferenceService, keys: readonly string[]): string | undefined {
  const storage = spec.predictor.model?.storage;
  if (!storage) return undefined;
  if (storage.key) return storage.key;
  const type = storage.parameters?.['type'];
  return [type ? `default_${type}` : undefined, 'default'].find((key) => key !== undefined && keys.includes(key));
}

export function certificatesOfEntry(examination: Examination, entry: string): KnownCertificate[] {
  const { namespace, name, certificates } = examination;
  return certificates
    .filter(({ key }) => key === entry)
    .map(({ place, subject, endMs }) => ({
      place: `Secret ${namespace}/${name}, key ${entry}, ${place}`,
      subject,
      endMs,
    }));
}
