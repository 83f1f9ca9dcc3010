import { StorageError } from '../errors.ts';
import { discardBody } from '../http/body.ts';
import { headerOf } from '../http/errors.ts';
import { brokenOff, type Mark, pktLines } from './pkt-line.ts';
import type { GitSession } from './session.ts';

/** What `ls-refs` or the first answer says of a branch or tag. */
export interface RemoteRef {
  name: string;
  oid: string;
  /** What an annotated tag stands for. */
  peeled?: string;
}

/** What a server says of a repository before anything is asked. */
export interface Remote {
  /** Where `git-upload-pack` is asked; a redirect of the first request has been followed. */
  base: URL;
  version: 0 | 2;
  capabilities: ReadonlyMap<string, string>;
  /** All of them in version 0, which also serves version 1; none in version 2. */
  refs: readonly RemoteRef[];
}

const SUFFIX = '/info/refs?service=git-upload-pack';

const ADVERTISEMENT = 'application/x-git-upload-pack-advertisement';

/** More refs than this make no sense to read through; version 2 lists only those that are asked for. */
const MAX_REFS = 200_000;

/**
 * The first request of smart HTTP (gitprotocol-http(5)), asking for version 2.
 * @throws StorageError ObjectNotFound, AccessDenied, SourceRejected, SourceUnavailable, RedirectRefused
 */
export async function discoverRemote(session: GitSession, signal: AbortSignal): Promise<Remote> {
  const { shown, url } = session.source;
  const response = await session.request({
    method: 'GET',
    url: new URL(url.href + SUFFIX),
    headers: { 'git-protocol': 'version=2', accept: `${ADVERTISEMENT}, */*` },
    signal,
  });
  if (response.status !== 200) throw await session.errorFrom(response);
  const type = headerOf(response.headers, 'content-type')?.split(';')[0]?.trim().toLowerCase();
  if (type !== ADVERTISEMENT) {
    discardBody(response);
    throw new StorageError(
      'SourceRejected',
      `${shown} did not answer as a Git server does (${type ?? 'no content type'})`,
      {
        hint: 'check the address; servers that only hand out files ("dumb" HTTP) are not supported',
        details: { source: shown, contentType: type },
      },
    );
  }
  if (!response.url.href.endsWith(SUFFIX)) {
    discardBody(response);
    throw new StorageError(
      'RedirectRefused',
      `${shown} redirects to ${response.url.host}, to something that is no repository`,
      {
        hint: 'name the final address',
        details: { source: shown },
      },
    );
  }
  const base = new URL(response.url.href.slice(0, -SUFFIX.length));
  try {
    return { base, ...(await readAdvertisement(pktLines(response.body, shown), session)) };
  } finally {
    discardBody(response);
  }
}

async function readAdvertisement(
  lines: AsyncIterable<Buffer | Mark>,
  session: GitSession,
): Promise<Omit<Remote, 'base'>> {
  const { shown } = session.source;
  const capabilities = new Map<string, string>();
  const refs: RemoteRef[] = [];
  const peeled = new Map<string, string>();
  let version: 0 | 2 = 0;
  let count = 0;
  let service = false;
  for await (const line of lines) {
    if (typeof line === 'string') {
      if (service || line !== 'flush') {
        const sha256 = capabilities.get('object-format');
        if (sha256 !== undefined && sha256 !== 'sha1') throw sha256Repository(shown, sha256);
        return { version, capabilities, refs: refs.map((ref) => withPeeled(ref, peeled)) };
      }
      continue;
    }
    const text = line.toString('utf8').replace(/\n$/, '');
    if (text.startsWith('ERR ')) throw serverError(session, text.slice(4));
    if (text.startsWith('# service=')) continue;
    service = true;
    if (++count > MAX_REFS) {
      throw new StorageError('SourceRejected', `${shown} has more than ${MAX_REFS} refs`, {
        details: { source: shown },
      });
    }
    if (text === 'version 2') version = 2;
    else if (text === 'version 1') version = 0;
    else if (version === 2) addCapability(capabilities, text);
    else {
      const [ref = '', offered] = text.split('\0');
      for (const each of offered?.split(' ') ?? []) if (each) addCapability(capabilities, each);
      const parsed = parseRefLine(ref, shown);
      if (!parsed || parsed.name === 'capabilities^{}') continue;
      if (parsed.name.endsWith('^{}')) peeled.set(parsed.name.slice(0, -3), parsed.oid);
      else refs.push(parsed);
    }
  }
  throw brokenOff(shown);
}

function addCapability(capabilities: Map<string, string>, text: string): void {
  const equals = text.indexOf('=');
  if (equals < 0) capabilities.set(text, '');
  // `symref` comes several times; the first is HEAD's.
  else if (!capabilities.has(text.slice(0, equals))) capabilities.set(text.slice(0, equals), text.slice(equals + 1));
}

function withPeeled(ref: RemoteRef, peeled: ReadonlyMap<string, string>): RemoteRef {
  const oid = peeled.get(ref.name);
  return oid === undefined ? ref : { ...ref, peeled: oid };
}

/** `OID SP NAME`, and attributes behind it in version 2. `undefined` for what has no object yet. */
export function parseRefLine(text: string, shown: string): RemoteRef | undefined {
  const [oid = '', name = '', ...attributes] = text.split(' ');
  if (oid === 'unborn' || oid === 'shallow') return undefined;
  if (/^[0-9a-f]{64}$/.test(oid)) throw sha256Repository(shown, 'sha256');
  if (!/^[0-9a-f]{40}$/.test(oid) || name === '') {
    throw new StorageError('SourceRejected', `${shown} lists its refs in a way that is not understood`, {
      details: { source: shown },
    });
  }
  const peeled = attributes.find((each) => /^peeled:[0-9a-f]{40}$/.test(each))?.slice('peeled:'.length);
  return peeled === undefined ? { name, oid } : { name, oid, peeled };
}

/** What a server says in an `ERR` line or on the error channel. */
export function serverError(session: GitSession, text: string): StorageError {
  const { shown } = session.source;
  const said = session.quoted(text);
  const missing = /not our ref|not found|does not exist|no such|unadvertised object/i.test(said);
  return new StorageError(missing ? 'ObjectNotFound' : 'SourceRejected', `${shown} refused: ${said}`, {
    hint: missing
      ? 'the repository, or the commit in it, does not exist, or the server does not give commits by their id; name a branch or tag'
      : 'the server could not make the pack',
    details: { source: shown },
  });
}

function sha256Repository(shown: string, format: string): StorageError {
  return new StorageError('SourceRejected', `${shown} names its objects by ${format}; only sha1 is supported`, {
    hint: 'serve the model from a repository with the usual object format',
    details: { source: shown, objectFormat: format },
  });
}
