import { parseStorageScope, type StoreKind } from '@serval/api';
import type { ServingConfig } from '../config/serving-config.ts';
import { cloudIdentities } from './account/cloud-identity.ts';
import { deliverAccount } from './account/deliver-account.ts';
import type { Lookup } from './lookup.ts';
import type { Part } from './part.ts';
import type { StorageRequest } from './storage-request.ts';

/** With what of their own a service and its ServiceAccount read models. */
export interface OwnChoice {
  /** Of the ServiceAccount. */
  readonly parts: readonly Part[];
  /** What says how an address is read, for people; undefined where nothing of their own does. */
  of(uri: string): string | undefined;
}

/** What of a query makes an address a signed one, which opens by itself (Azure, Amazon, Google, and whoever has a token there). */
const signature = /(^|[&;-])(sig|signature|token|access_token)=/i;

/**
 * What goes before the credentials of stages and of the platform, as somebody wrote it for this very service: an entry of the storage Secret, a
 * ServiceAccount with a Secret or an identity of a cloud for the kind of store, an address with a user or a signature in it.
 */
export function ownChoice(request: StorageRequest, lookup: Lookup, config: ServingConfig): OwnChoice {
  const { namespace, serviceAccountName, annotations, entry } = request;
  if (entry) {
    const by = entry.key ? `model.storage.key ${JSON.stringify(entry.key)}` : 'model.storage';
    return { parts: [], of: () => by };
  }
  const parts = deliverAccount(request, lookup, config);
  const account = lookup.get('ServiceAccount', namespace, serviceAccountName);
  const named = config.credentials.storageSecretNameAnnotation;
  const by = annotations[named] ? `annotation ${named}` : `ServiceAccount ${serviceAccountName}`;
  const stores = new Set<StoreKind | undefined>([...parts.map(({ store }) => store), ...cloudIdentities(account)]);
  return {
    parts,
    of: (uri) => {
      const kind = parseStorageScope(uri)?.kind;
      if (kind === undefined) return undefined;
      if (opensByItself(uri)) return 'storageUri';
      // What is missing opens nothing that is known, and something was meant.
      const isChosen = stores.has(kind) || stores.has(undefined) || (kind === 'other' && stores.size > 0);
      return isChosen ? by : undefined;
    },
  };
}

function opensByItself(uri: string): boolean {
  const url = /^https?:/i.test(uri) && URL.canParse(uri) ? new URL(uri) : undefined;
  return url !== undefined && (url.username !== '' || url.password !== '' || signature.test(url.search.slice(1)));
}
