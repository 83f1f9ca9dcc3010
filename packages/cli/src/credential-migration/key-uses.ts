import { createHash } from 'node:crypto';
import { foldedRegistryMatch, registryMatchProblem } from '@serval/api';
import type { PullContent, SecretReference, Source } from '@serval/operator/credentials';
import { matchRegistryEntries } from '@serval/storage/registry-credentials';
import type { Workload } from './workloads.ts';

/** Secrets as they were read, by `NAMESPACE/NAME`. */
export type SecretsRead = ReadonlyMap<string, Source<PullContent>>;

/** A key of a pull secret that some image of a namespace is pulled with today. */
export interface KeyUse {
  namespace: string;
  secretRef: SecretReference;
  /** The same for Secrets that hold the same; tells nothing of it, and is shown nowhere. */
  content: string;
  match: string;
}

/** Each once, for every workload and image; a key that no entry can say is left out and told. */
export function keyUsesOf(workloads: readonly Workload[], secrets: SecretsRead): { uses: KeyUse[]; notes: string[] } {
  const uses = new Map<string, KeyUse>();
  const notes = new Set<string>();
  for (const { namespace, pullSecrets, images } of workloads) {
    for (const { name } of pullSecrets) {
      const source = secrets.get(`${namespace}/${name}`);
      if (source?.state !== 'ready') continue;
      const content = contentOf(source);
      const entries = source.auths.map((auth) => ({ ...auth, origin: name }));
      for (const { key } of images.flatMap((image) => matchRegistryEntries(entries, image))) {
        const match = foldedRegistryMatch(key);
        const problem = registryMatchProblem(match);
        if (problem) notes.add(`Secret ${namespace}/${name}: a key ${problem}; it was left out`);
        else
          uses.set(JSON.stringify([namespace, name, match]), {
            namespace,
            secretRef: { namespace, name },
            content,
            match,
          });
      }
    }
  }
  return { uses: [...uses.values()], notes: [...notes] };
}

/** Stays inside of one run: whoever sees it could try passwords against it. */
export function contentOf({ auths }: PullContent): string {
  const sorted = auths.toSorted((a, b) => (a.key < b.key ? -1 : 1)).map(({ key, credential }) => [key, credential]);
  return createHash('sha256').update(JSON.stringify(sorted)).digest('hex');
}
