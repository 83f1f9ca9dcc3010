import type { PlatformDefaults, PlatformDefaultsStatus } from '@serval/api';
import { conditionsFrom } from '../../conditions/conditions-from.ts';
import type { Origin, Resolution } from '../resolution.ts';
import { conditionOf, withReady } from '../status/conditions.ts';
import { credentialStatus } from '../status/credential-status.ts';

/** The status of PlatformDefaults: what holds where nothing nearer does. Pure; `now` (RFC 3339) is written only where a condition changes. */
export function defaultsStatusFrom(
  defaults: PlatformDefaults,
  resolution: Resolution<Origin & { readonly key: string }>,
  now: string,
): PlatformDefaultsStatus {
  const { effective } = credentialStatus(resolution);
  const results = withReady({ CredentialsResolved: conditionOf(resolution.problems, 'Resolved') });
  return {
    observedGeneration: defaults.metadata.generation ?? 1,
    ...(effective.length > 0 ? { effective } : {}),
    conditions: conditionsFrom(defaults, results, now),
  };
}
