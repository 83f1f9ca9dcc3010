import { parseStorageScope, type StorageScope, storageMatchProblem } from '@serval/api';
import type { Secret } from '@serval/kube/objects';
import { partsOfSecret, resolveStorage, storageSources } from '@serval/operator/credentials';
import { defaultServingConfig } from '@serval/operator/declarations';
import { redactUri } from '@serval/storage';
import type { CredentialUse } from './credential-use.ts';
import type { KnownSecrets } from './known-secrets.ts';
import type { OwnStorageSecret, Workload } from './workloads.ts';

/** Names of keys and annotations that a platform may configure otherwise are KServe's own here. */
const config = defaultServingConfig;

/**
 * What models are read with today by Secrets of ServiceAccounts, each once, for the whole bucket, account, owner or host. What services name as an entry of
 * `storage-config` themselves is told: it goes before what pipelines give until somebody takes it out.
 */
export function readUsesOf(
  workloads: readonly Workload[],
  secrets: KnownSecrets,
): { uses: CredentialUse[]; notes: string[] } {
  const uses = new Map<string, CredentialUse>();
  const notes = new Set<string>();
  for (const workload of workloads) {
    const { namespace, service, namesEntry, models } = workload;
    if (namesEntry) {
      notes.add(
        `namespace ${namespace}: InferenceService ${service} names its credential itself (model.storage): write storageUri in its place to have it from a pipeline`,
      );
      continue;
    }
    for (const uri of models) {
      const own = ownSecretFor(workload, uri, secrets);
      const scope = parseStorageScope(uri);
      const content = own && secrets.content(`${namespace}/${own.name}`);
      if (!own || !scope || content === undefined) continue;
      const match = placeOf(scope);
      const problem = storageMatchProblem(match);
      if (problem) notes.add(`namespace ${namespace}: ${redactUri(uri)} ${problem}; it was left out`);
      else {
        const secretRef = { namespace, name: own.name };
        const use = { field: 'storageCredentials', namespace, secretRef, content, match } as const;
        uses.set(JSON.stringify([namespace, own.name, match]), use);
      }
    }
  }
  return { uses: [...uses.values()], notes: [...notes] };
}

/** The Secret of a ServiceAccount that an address is read with: the first that opens its kind of store. */
export function ownSecretFor(
  { namespace, storageSecrets, namesEntry }: Workload,
  uri: string,
  secrets: KnownSecrets,
): OwnStorageSecret | undefined {
  const scope = parseStorageScope(uri);
  if (!scope || namesEntry) return undefined;
  return storageSecrets.find(({ name }) => {
    const secret = secrets.secret(`${namespace}/${name}`);
    return secret !== undefined && opens(secret, scope);
  });
}

function opens(secret: Secret, scope: StorageScope): boolean {
  if (!partsOfSecret(secret, config).some(({ store }) => store === scope.kind || scope.kind === 'other')) return false;
  const entry = { match: placeOf(scope), secretRef: { namespace: '', name: '' } };
  const layers = [{ source: 'Stage', inherit: 'None', entries: [entry] }] as const;
  return resolveStorage(layers, () => storageSources.parse(secret), config).effective.length > 0;
}

/** The address of a bucket, a container, an owner or a server. */
function placeOf({ kind, store, text, path }: StorageScope): string {
  if (kind === 'http') return new URL(text).origin;
  // Of an account, the container: its service is the first segment.
  if (kind === 'azure') return [new URL(text).origin, ...path.slice(1, 2)].join('/');
  return store;
}
