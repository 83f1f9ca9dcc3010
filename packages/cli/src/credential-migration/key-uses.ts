import { foldedRegistryMatch, registryMatchProblem } from '@serval/api';
import { matchRegistryEntries } from '@serval/storage/registry-credentials';
import type { CredentialUse } from './credential-use.ts';
import type { KnownSecrets } from './known-secrets.ts';
import type { Workload } from './workloads.ts';

/** Keys of pull secrets that some image is pulled with today, each once; a key that no entry can say is left out and told. */
export function keyUsesOf(
  workloads: readonly Workload[],
  secrets: KnownSecrets,
): { uses: CredentialUse[]; notes: string[] } {
  const uses = new Map<string, CredentialUse>();
  const notes = new Set<string>();
  for (const { namespace, pullSecrets, images } of workloads) {
    for (const { name } of pullSecrets) {
      const source = secrets.pull(`${namespace}/${name}`);
      const content = secrets.content(`${namespace}/${name}`);
      if (source?.state !== 'ready' || content === undefined) continue;
      const entries = source.auths.map((auth) => ({ ...auth, origin: name }));
      for (const { key } of images.flatMap((image) => matchRegistryEntries(entries, image))) {
        const match = foldedRegistryMatch(key);
        const problem = registryMatchProblem(match);
        if (problem) notes.add(`Secret ${namespace}/${name}: a key ${problem}; it was left out`);
        else
          uses.set(JSON.stringify([namespace, name, match]), {
            field: 'registryCredentials',
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
