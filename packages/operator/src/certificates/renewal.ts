import { X509Certificate } from 'node:crypto';
import type { CertificateState } from './certificate-secret.ts';
import { endOf, faultOf, isTrusted, leafOf, signed, startOf } from './check-certificate.ts';
import type { ServingCertificate } from './serving-certificate.ts';

const dayMs = 86_400_000;
/** Short enough that a key that leaked is of little use, long enough that an operator may be switched off for weeks. */
export const certificateLifeMs = 90 * dayMs;
/** cert-manager's share, too. */
const shareBeforeRenewal = 2 / 3;
/** API servers and replicas hear of a change by watching, which takes seconds; one that was cut off for a while needs longer. */
export const overlapMs = 5 * 60_000;
/** Too little to wait for anybody any longer. */
const lastMomentMs = dayMs;

/**
 * What to do about a certificate next. A renewal takes three steps, so that at every moment each caller trusts what any replica
 * shows: a new authority is announced beside the old one (`prepare`), then its certificate is shown (`switch`), then the old
 * authority is forgotten (`forget`). `issue` is for when there is nothing to lose.
 */
export type RenewalStep =
  | { readonly step: 'issue'; readonly reason: string }
  | { readonly step: 'prepare' | 'switch' | 'forget'; readonly reason: string }
  | { readonly step: 'wait'; readonly untilMs: number };

/**
 * @param hosts  what the certificate must be for.
 * @param isAnnounced  whether everybody who is to trust the authorities of this state has been told.
 */
export function nextStep(
  state: CertificateState,
  hosts: readonly string[],
  nowMs: number,
  isAnnounced: boolean,
): RenewalStep {
  const { current, next, authorities, steppedAt } = state;
  const isUsable = (certificate: ServingCertificate | undefined): certificate is ServingCertificate =>
    certificate !== undefined && reasonAgainst(certificate, state, hosts, nowMs) === undefined;
  const settledAt = steppedAt + overlapMs;

  if (!isUsable(current)) {
    if (isUsable(next)) return { step: 'switch', reason: 'the certificate in use is not usable' };
    const reason = current ? reasonAgainst(current, state, hosts, nowMs) : 'there is none';
    return { step: 'issue', reason: reason ?? 'there is none' };
  }
  const leaf = leafOf(current) as X509Certificate;
  const renewAt = startOf(leaf) + (endOf(leaf) - startOf(leaf)) * shareBeforeRenewal;
  if (next !== undefined) {
    if (!isUsable(next)) return { step: 'prepare', reason: 'the certificate that was prepared is not usable' };
    if (nowMs >= endOf(leaf) - lastMomentMs) return { step: 'switch', reason: 'the certificate in use ends soon' };
    if (nowMs < settledAt) return { step: 'wait', untilMs: settledAt };
    if (!isAnnounced) return { step: 'wait', untilMs: nowMs + overlapMs };
    return { step: 'switch', reason: 'the new authority was announced' };
  }
  if (nowMs >= renewAt) return { step: 'prepare', reason: `the certificate ends at ${leaf.validToDate.toISOString()}` };
  if (authorities.some((authority) => !signed(authority, leaf))) {
    if (nowMs < settledAt) return { step: 'wait', untilMs: settledAt };
    return { step: 'forget', reason: 'nobody shows a certificate of the old authority any more' };
  }
  return { step: 'wait', untilMs: renewAt };
}

function reasonAgainst(
  certificate: ServingCertificate,
  { authorities }: CertificateState,
  hosts: readonly string[],
  nowMs: number,
): string | undefined {
  const fault = faultOf(certificate, hosts, nowMs);
  if (fault) return fault;
  return isTrusted(certificate, authorities, nowMs) ? undefined : 'no authority of ca.crt signed it';
}

/** A certificate and the authority that signed it, PEM; the authority's key is not kept, so nobody can sign with it again. */
export interface Issued {
  readonly authority: string;
  readonly certificate: ServingCertificate;
}

/**
 * The state after a step.
 *
 * @param issued  for the steps that need one, see `needsIssue`.
 */
export function afterStep(
  step: Exclude<RenewalStep['step'], 'wait'>,
  { current, next, authorities }: CertificateState,
  issued: Issued | undefined,
  nowMs: number,
): CertificateState & { current: ServingCertificate } {
  const living = authorities.filter((known) => nowMs < endOf(known));
  const ofCurrent = current ? signersOf(current, living) : [];
  const steppedAt = nowMs;
  if (step === 'switch' && next) return { current: next, authorities: living, steppedAt };
  if (step === 'forget' && current) return { current, authorities: ofCurrent, steppedAt };
  if (!issued) throw new Error(`step ${step} needs a certificate`);
  // What was prepared before and never shown needs nobody's trust. Of a certificate that is replaced at once, other replicas show
  // the old one for a moment longer.
  const trusted = [...ofCurrent, new X509Certificate(issued.authority)];
  if (step === 'prepare' && current) return { current, next: issued.certificate, authorities: trusted, steppedAt };
  return { current: issued.certificate, authorities: trusted, steppedAt };
}

function signersOf(certificate: ServingCertificate, authorities: readonly X509Certificate[]): X509Certificate[] {
  const leaf = leafOf(certificate);
  return leaf ? authorities.filter((authority) => signed(authority, leaf)) : [];
}

/** Whether a step needs a certificate that was not there before. */
export function needsIssue(step: RenewalStep['step']): boolean {
  return step === 'issue' || step === 'prepare';
}
