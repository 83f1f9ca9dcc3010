import { type ClientIdentity, checkedIdentity } from './client-identity.ts';
import { entryField } from './entry-field.ts';

type Environment = Readonly<Record<string, string | undefined>>;

const PREFIX = 'STORAGE_CONFIG.';

/** Name of the variable that holds the headers of an http entry. */
export const ENTRY_HEADERS = `${PREFIX}headers`;

/**
 * Whether an http entry is meant for this address: it is on the server of the entry's `url`, or of `start`, the URI that is fetched, where
 * the entry has none. What redirects lead to elsewhere gets nothing of it.
 */
export function isEntryServer(url: URL, start: URL, environment: Environment): boolean {
  const own = environment[`${PREFIX}url`];
  return url.origin === (own ? new URL(own) : start).origin;
}

/** The client's certificate of an http entry. @throws StorageError InvalidConfiguration */
export async function entryIdentity(environment: Environment): Promise<ClientIdentity | undefined> {
  const [cert, key] = [environment[`${PREFIX}client_certificate`], environment[`${PREFIX}client_key`]];
  if (!cert || !key) return undefined;
  const name = (field: string) => entryField(field, environment);
  return checkedIdentity({ name: name('client_certificate'), text: cert }, { name: name('client_key'), text: key });
}
