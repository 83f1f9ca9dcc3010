import type { ConfigMap } from '@serval/kube/objects';
import { type CertificateInfo, type ProblemCode, readCertificates } from '@serval/storage/config';
import { bundleKey } from '../names.ts';

/** The platform's certificates, as they are to be handed on. */
export type BundleState =
  /** None is configured. */
  | { readonly state: 'off' }
  /** Not looked at yet. */
  | { readonly state: 'unknown' }
  | { readonly state: 'ready'; readonly pem: string; readonly chain: readonly CertificateInfo[] }
  /** What is there cannot be used. `pem` is the last that could, if this process saw one. */
  | {
      readonly state: 'broken';
      readonly problem: string;
      readonly pem?: string | undefined;
      readonly chain: readonly CertificateInfo[];
    };

/** A bundle with these is handed on all the same: others in it are good, and nobody trusts more than without it. */
const harmless: ReadonlySet<ProblemCode> = new Set<ProblemCode>([
  'Expired',
  'ExpiresSoon',
  'NotYetValid',
  'NotAnAuthority',
  'ChainOrder',
]);

/** What a ConfigMap makes of the bundle, given what it was. Problems never hold any of its text. */
export function readBundle(place: string, source: ConfigMap | undefined, before: BundleState, now: Date): BundleState {
  const last = 'pem' in before ? { pem: before.pem, chain: before.chain } : { chain: [] };
  const broken = (problem: string): BundleState => ({ state: 'broken', problem, ...last });
  if (!source) return broken(`ConfigMap ${place} is not there`);
  const pem = source.data?.[bundleKey];
  if (!pem?.trim()) return broken(`ConfigMap ${place} has no key ${bundleKey}`);
  const { chain, problems } = readCertificates(pem, `ConfigMap ${place}, key ${bundleKey}`, now);
  const fatal = problems.filter(({ severity, code }) => severity === 'error' && !harmless.has(code));
  if (fatal.length > 0) return broken(fatal.map(({ message }) => message).join('; '));
  if (chain.length === 0) return broken(`ConfigMap ${place}, key ${bundleKey}: there is no certificate in it`);
  return { state: 'ready', pem, chain };
}
