import { StorageError } from '../errors.ts';
import { discardBody, readJsonBody } from '../http/body.ts';
import type { HttpResponse } from '../http/connections.ts';
import { isTransientStatus } from '../http/errors.ts';
import type { LfsPointer } from './lfs-pointer.ts';
import type { GitSession } from './session.ts';

/** Where large files of one repository lie, for the length of a download. */
export interface LfsStore {
  /** Asks for a file, or for a range of it. Answers with status 200 or 206. @throws StorageError */
  get(
    pointer: LfsPointer,
    headers: Record<string, string>,
    session: GitSession,
    shown: string,
    signal: AbortSignal,
  ): Promise<HttpResponse>;
}

interface Action {
  href: URL;
  headers: Record<string, string>;
  /** In milliseconds since 1970. */
  expiresMs: number;
}

/** As many as git-lfs asks for at once. */
const BATCH = 100;

const MAX_ANSWER_BYTES = 4 * 1024 * 1024;

const MEDIA_TYPE = 'application/vnd.git-lfs+json';

/** Time for a request to reach the store before its permission ends. */
const MARGIN_MS = 5000;

/** Uses the batch API (Git LFS specification, docs/api/batch.md) with the transfer "basic". `pointers` are asked about together. */
export function createLfsStore(pointers: readonly LfsPointer[]): LfsStore {
  const waiting = new Map(pointers.map((pointer) => [pointer.sha256, pointer]));
  const actions = new Map<string, Action>();
  let asking: Promise<unknown> = Promise.resolve();

  async function actionFor(
    pointer: LfsPointer,
    session: GitSession,
    shown: string,
    signal: AbortSignal,
  ): Promise<Action> {
    const usable = () => {
      const action = actions.get(pointer.sha256);
      return action && action.expiresMs > Date.now() ? action : undefined;
    };
    // One question at a time: its answer is that to the next ones, too.
    const answer = asking.then(async () => {
      const known = usable();
      if (known) return known;
      waiting.delete(pointer.sha256);
      const batch = [pointer, ...[...waiting.values()].slice(0, BATCH - 1)];
      await askBatch(batch, pointer, actions, session, shown, signal);
      for (const { sha256 } of batch) waiting.delete(sha256);
      return actions.get(pointer.sha256)!;
    });
    asking = answer.catch(() => {});
    return answer;
  }

  return {
    async get(pointer, headers, session, shown, signal) {
      for (let attempt = 1; ; attempt++) {
        const { href, headers: secretHeaders } = await actionFor(pointer, session, shown, signal);
        const response = await session.request({
          method: 'GET',
          url: href,
          headers: { ...headers, accept: '*/*' },
          secretHeaders,
          shown,
          signal,
        });
        if (response.status === 200 || response.status === 206) return response;
        if (attempt === 2 || isTransientStatus(response.status)) throw await session.errorFrom(response, shown);
        // The permission may have ended early.
        discardBody(response);
        actions.delete(pointer.sha256);
      }
    },
  };
}

async function askBatch(
  batch: readonly LfsPointer[],
  wanted: LfsPointer,
  actions: Map<string, Action>,
  session: GitSession,
  shown: string,
  signal: AbortSignal,
): Promise<void> {
  const { url } = session.source;
  const response = await session.request({
    method: 'POST',
    url: new URL(`${url.href}/info/lfs/objects/batch`),
    headers: { accept: MEDIA_TYPE, 'content-type': MEDIA_TYPE },
    body: JSON.stringify({
      operation: 'download',
      transfers: ['basic'],
      hash_algo: 'sha256',
      objects: batch.map(({ sha256, sizeBytes }) => ({ oid: sha256, size: sizeBytes })),
    }),
    shown,
    signal,
  });
  if (response.status !== 200)
    throw await session.errorFrom(response, `the LFS server of ${url.href}, asked for ${shown},`);
  const answer = (await readJsonBody(response, shown, MAX_ANSWER_BYTES)) as {
    transfer?: unknown;
    objects?: unknown;
  } | null;
  if (!Array.isArray(answer?.objects) || (answer.transfer ?? 'basic') !== 'basic') throw strange(session, shown);
  for (const object of answer.objects as (LfsObject | null)[]) {
    if (object?.oid === wanted.sha256 && object.error) throw objectError(object.error, session, shown);
    const action = actionFrom(object, session, shown);
    if (action && typeof object?.oid === 'string') actions.set(object.oid, action);
  }
  if (!actions.has(wanted.sha256)) throw strange(session, shown);
}

interface LfsObject {
  oid?: unknown;
  error?: { code?: unknown; message?: unknown };
  actions?: { download?: { href?: unknown; header?: unknown; expires_in?: unknown; expires_at?: unknown } };
}

function actionFrom(object: LfsObject | null, { source }: GitSession, shown: string): Action | undefined {
  const download = object?.actions?.download;
  if (typeof download?.href !== 'string' || !URL.canParse(download.href)) return undefined;
  const href = new URL(download.href);
  const plain = href.protocol === 'http:' && source.url.protocol === 'https:';
  if (plain || !/^https?:$/.test(href.protocol)) {
    throw new StorageError(
      'RedirectRefused',
      `the LFS server of ${source.shown} leads from https to something else for ${shown}`,
      {
        details: { source: shown, host: href.host },
      },
    );
  }
  const headers: Record<string, string> = {};
  for (const [name, value] of Object.entries((download.header as Record<string, unknown> | null | undefined) ?? {})) {
    if (typeof value === 'string' && /^[!#$%&'*+.^_`|~\w-]+$/.test(name) && /^[\t\x20-\x7e]*$/.test(value)) {
      headers[name.toLowerCase()] = value;
    }
  }
  const { expires_in: seconds, expires_at: at } = download;
  const ends =
    typeof seconds === 'number' ? Date.now() + seconds * 1000 : typeof at === 'string' ? Date.parse(at) : Number.NaN;
  // A clock that is wrong there must not make every permission useless.
  const expiresMs = Number.isNaN(ends) ? Infinity : Math.max(ends, Date.now() + 2 * MARGIN_MS) - MARGIN_MS;
  return { href, headers, expiresMs };
}

function objectError(
  { code, message }: { code?: unknown; message?: unknown },
  session: GitSession,
  shown: string,
): Error {
  const missing = code === 404 || code === 410;
  const said = typeof message === 'string' ? session.quoted(message) : 'no reason given';
  return new StorageError(
    missing ? 'ObjectNotFound' : code === 401 || code === 403 ? 'AccessDenied' : 'SourceRejected',
    `the LFS server does not give ${shown}: ${said} (${Number(code)})`,
    {
      hint: missing ? 'push it with "git lfs push --all"' : 'look at the LFS server',
      details: { source: shown, status: Number(code) },
    },
  );
}

function strange(session: GitSession, shown: string): StorageError {
  return new StorageError('SourceRejected', `the LFS server of ${session.source.shown} gives no address for ${shown}`, {
    hint: 'a server with the batch API and the transfer "basic" is needed; GIT_LFS_SKIP_SMUDGE=1 takes the pointers instead',
    details: { source: shown },
  });
}
