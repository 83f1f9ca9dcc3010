import type { Secret } from '@serval/kube/objects';
import { problemsOf } from '../storage-config/deprecated-uses.ts';
import { parseSecret, referredConfigMaps } from '../storage-config/examine.ts';
import type { SeenStorageSecret } from './snapshot.ts';

/** What is told of a Secret with storage entries; its values stay behind. `bundleOf` gives the PEM text of a ConfigMap. */
export async function seenStorageSecret(
  secret: Secret,
  now: Date,
  bundleOf: (name: string) => Promise<string | undefined>,
): Promise<SeenStorageSecret> {
  const { namespace = '', name = '' } = secret.metadata;
  const bundles = new Map<string, string | undefined>();
  for (const referred of referredConfigMaps(parseSecret(secret, now))) bundles.set(referred, await bundleOf(referred));
  const config = parseSecret(secret, now, (referred) => bundles.get(referred));
  return { namespace, name, entries: config.entries.length, problems: problemsOf(config) };
}
