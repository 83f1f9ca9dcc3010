import { StorageError } from '../errors.ts';
import { discardBody } from '../http/body.ts';
import { type Remote, serverError } from './discover.ts';
import { brokenOff, DELIMITER, FLUSH, type Mark, pktLine, pktLines } from './pkt-line.ts';
import { requestUploadPack } from './resolve.ts';
import type { GitSession } from './session.ts';

export interface PackRequest {
  /** Objects to be sent, with what they lead to as far as `shallow` and `withoutFiles` let it. */
  wants: readonly string[];
  /** No history: the commit alone. */
  shallow: boolean;
  /** Trees without the content of files; for a server that `filters`. */
  withoutFiles: boolean;
}

/** Whether a server can leave the content of files out, and give it by id later (partial clone). */
export function filters({ version, capabilities }: Remote): boolean {
  return version === 2 && featuresOf(capabilities).includes('filter');
}

/**
 * Asks for a pack and answers its bytes as they come. Deltas may be against earlier bytes of the pack, but never against objects outside.
 * Progress is asked for, although nobody reads it: it tells a server that works from one that is gone.
 * @throws StorageError SourceRejected, ObjectNotFound, SourceUnavailable (transient)
 */
export async function* fetchPack(
  session: GitSession,
  remote: Remote,
  request: PackRequest,
  signal: AbortSignal,
): AsyncGenerator<Buffer> {
  const { shown } = session.source;
  const body = remote.version === 2 ? requestVersion2(request, remote) : requestVersion0(request, remote, shown);
  const response = await requestUploadPack(session, remote, body, signal);
  try {
    const lines = pktLines(response.body, shown);
    yield* sideband(remote.version === 2 ? packfileSection(lines, session) : afterNak(lines, session), session);
  } finally {
    discardBody(response);
  }
}

function featuresOf(capabilities: ReadonlyMap<string, string>): string[] {
  return (capabilities.get('fetch') ?? '').split(' ');
}

function requestVersion2({ wants, shallow, withoutFiles }: PackRequest, { capabilities }: Remote): string {
  return [
    pktLine('command=fetch'),
    pktLine('agent=git/serval-storage'),
    ...(capabilities.has('object-format') ? [pktLine('object-format=sha1')] : []),
    DELIMITER,
    pktLine('ofs-delta'),
    ...(shallow && featuresOf(capabilities).includes('shallow') ? [pktLine('deepen 1')] : []),
    ...(withoutFiles ? [pktLine('filter blob:none')] : []),
    ...wants.map((oid) => pktLine(`want ${oid}`)),
    pktLine('done'),
    FLUSH,
  ].join('');
}

function requestVersion0({ wants, shallow }: PackRequest, { capabilities }: Remote, shown: string): string {
  if (!capabilities.has('side-band-64k')) {
    throw new StorageError('SourceRejected', `${shown} is on a Git server that lacks side-band-64k`, {
      hint: 'Git 1.6 or later is needed there',
      details: { source: shown },
    });
  }
  const deepen = shallow && capabilities.has('shallow');
  const used = ['side-band-64k', 'ofs-delta', ...(deepen ? ['shallow'] : [])].filter((each) => capabilities.has(each));
  return [
    ...wants.map((oid, index) =>
      pktLine(`want ${oid}${index === 0 ? ` ${used.join(' ')} agent=git/serval-storage` : ''}`),
    ),
    ...(deepen ? [pktLine('deepen 1')] : []),
    FLUSH,
    pktLine('done'),
  ].join('');
}

/** Sections before it are about history, of which there is none. */
async function* packfileSection(lines: AsyncIterable<Buffer | Mark>, session: GitSession): AsyncGenerator<Buffer> {
  let inside = false;
  for await (const line of lines) {
    if (line === 'flush' && inside) return;
    if (typeof line === 'string') continue;
    if (inside) yield line;
    else {
      const text = line.toString('utf8').trimEnd();
      if (text.startsWith('ERR ')) throw serverError(session, text.slice(4));
      inside = text === 'packfile';
    }
  }
  throw brokenOff(session.source.shown);
}

/** Version 0 says which commits have no parents now, then that nothing is in common, then sends the pack. */
async function* afterNak(lines: AsyncIterable<Buffer | Mark>, session: GitSession): AsyncGenerator<Buffer> {
  let inside = false;
  for await (const line of lines) {
    if (line === 'flush' && inside) return;
    if (typeof line === 'string') continue;
    if (inside) yield line;
    else {
      const text = line.toString('utf8').trimEnd();
      if (text.startsWith('ERR ')) throw serverError(session, text.slice(4));
      inside = text === 'NAK';
    }
  }
  throw brokenOff(session.source.shown);
}

/** Channel 1 is the pack, 2 progress, 3 the error that ends it. */
async function* sideband(lines: AsyncIterable<Buffer>, session: GitSession): AsyncGenerator<Buffer> {
  for await (const line of lines) {
    const channel = line[0];
    if (channel === 1) yield line.subarray(1);
    else if (channel === 3) throw serverError(session, line.subarray(1).toString('utf8'));
    else if (channel !== 2 && line.length > 0) {
      throw new StorageError('SourceRejected', `${session.source.shown} sent something on channel ${channel}`, {
        hint: 'Git servers send on channels 1 to 3',
        details: { source: session.source.shown },
      });
    }
  }
}
