import type { PlatformDefaults, PlatformDefaultsStatus } from '@serval/api';
import { conditionsFrom } from '../../conditions/conditions-from.ts';
import type { AnyResolution } from '../projection/projection.ts';
import { conditionOf, withReady } from '../status/conditions.ts';
import { credentialStatus } from '../status/credential-status.ts';

/** The status of PlatformDefaults: what holds where nothing nearer does. Pure; `now` (RFC 3339) is written only where a condition changes. */
export function defaultsStatusFrom(
  defaults: PlatformDefaults,
  { images, models }: { readonly images: AnyResolution; readonly models: AnyResolution },
  now: string,
): PlatformDefaultsStatus {
  const [{ effective }, { effective: effectiveStorage }] = [credentialStatus(images), credentialStatus(models)];
  const problems = [...images.problems, ...models.problems];
  const results = withReady({ CredentialsResolved: conditionOf(problems, 'Resolved') });
  return {
    observedGeneration: defaults.metadata.generation ?? 1,
    ...(effective.length > 0 ? { effective } : {}),
    ...(effectiveStorage.length > 0 ? { effectiveStorage } : {}),
    conditions: conditionsFrom(defaults, results, now),
  };
}
