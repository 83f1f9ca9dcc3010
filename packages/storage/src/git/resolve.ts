import { StorageError } from '../errors.ts';
import { discardBody } from '../http/body.ts';
import type { HttpResponse } from '../http/connections.ts';
import { parseRefLine, type Remote, type RemoteRef, serverError } from './discover.ts';
import { brokenOff, DELIMITER, FLUSH, pktLine, pktLines } from './pkt-line.ts';
import type { GitSession } from './session.ts';

/** Names that begin with the one that is asked for can come, too. */
const MAX_ANSWERED_REFS = 10_000;

const COMMIT = /^[0-9a-f]{40}$/i;

/**
 * The object that a branch, tag, `refs/…` name or full commit stands for now. A branch goes before a tag of the same name, as in
 * `git clone --branch`.
 * @throws StorageError ObjectNotFound, SourceRejected, SourceUnavailable
 */
export async function resolveRef(session: GitSession, remote: Remote, signal: AbortSignal): Promise<string> {
  const { ref, shown } = session.source;
  if (ref !== undefined && COMMIT.test(ref)) return ref.toLowerCase();
  const names =
    ref === undefined || ref === 'HEAD'
      ? ['HEAD']
      : [...(ref.startsWith('refs/') ? [ref] : []), `refs/heads/${ref}`, `refs/tags/${ref}`, `refs/${ref}`];
  const refs = remote.version === 2 ? await listRefs(session, remote, names, signal) : remote.refs;
  for (const name of names) {
    const found = refs.find((each) => each.name === name);
    if (found) return found.peeled ?? found.oid;
  }
  if (ref === undefined) {
    throw new StorageError('ObjectNotFound', `${shown} has no commit at its HEAD`, {
      hint: 'it is empty, or its default branch does not exist; name a branch, like …/model.git@main',
      details: { source: shown },
    });
  }
  const abbreviated = /^[0-9a-f]{4,39}$/i.test(ref);
  throw new StorageError('ObjectNotFound', `${shown} has no branch or tag "${ref}"`, {
    hint: abbreviated ? 'a commit needs all of its 40 digits' : 'check the name behind "@", with upper and lower case',
    details: { source: shown, ref },
  });
}

async function listRefs(
  session: GitSession,
  remote: Remote,
  names: readonly string[],
  signal: AbortSignal,
): Promise<RemoteRef[]> {
  const { shown } = session.source;
  const response = await requestUploadPack(
    session,
    remote,
    [
      pktLine('command=ls-refs'),
      pktLine('agent=git/serval-storage'),
      DELIMITER,
      pktLine('peel'),
      ...names.map((name) => pktLine(`ref-prefix ${name}`)),
      FLUSH,
    ].join(''),
    signal,
  );
  const refs: RemoteRef[] = [];
  try {
    for await (const line of pktLines(response.body, shown)) {
      if (line === 'flush') return refs;
      if (typeof line === 'string') continue;
      const text = line.toString('utf8').replace(/\n$/, '');
      if (text.startsWith('ERR ')) throw serverError(session, text.slice(4));
      const ref = parseRefLine(text, shown);
      if (ref && names.includes(ref.name)) refs.push(ref);
      if (refs.length > MAX_ANSWERED_REFS) break;
    }
  } finally {
    discardBody(response);
  }
  throw brokenOff(shown);
}

/** One call of `git-upload-pack`; each stands alone. */
export async function requestUploadPack(
  session: GitSession,
  remote: Remote,
  body: string,
  signal: AbortSignal,
): Promise<HttpResponse> {
  const response = await session.request({
    method: 'POST',
    url: new URL(`${remote.base.href}/git-upload-pack`),
    headers: {
      'content-type': 'application/x-git-upload-pack-request',
      accept: 'application/x-git-upload-pack-result',
      ...(remote.version === 2 ? { 'git-protocol': 'version=2' } : {}),
    },
    body,
    signal,
  });
  if (response.status !== 200) throw await session.errorFrom(response);
  return response;
}
