import { StorageError } from '../errors.ts';
import { discardBody } from '../http/body.ts';
import type { HttpResponse } from '../http/connections.ts';
import { checkRange, sourceChanged, unquotedEtag } from '../http/content.ts';
import { headerOf } from '../http/errors.ts';
import { type Asked, hubErrorFrom } from '../hugging-face/errors.ts';
import { type HuggingFaceSettings, huggingFaceSettingsFrom } from '../hugging-face/settings.ts';
import { filesOfCommit, hubRequest, hubUrl, resolveCommit, type TreeFile } from '../hugging-face/tree.ts';
import type { Provider, ProviderOptions, RemoteFile } from '../provider.ts';
import { redactUri } from '../redact.ts';

interface Handle {
  repository: string;
  revision: string;
  commit: string;
  file: TreeFile;
}

/** The commit that a download, whose URI is always the same, has settled for. */
const COMMIT = 'hugging-face/commit';

/** Signed addresses of large files that are remembered at once; each is about a kilobyte. */
const MAX_LOCATIONS = 256;

/**
 * `hf://OWNER/MODEL`, `hf://OWNER/MODEL:REVISION` (KServe's form) and `hf://OWNER/MODEL@REVISION` (huggingface_hub's): every
 * file of a model repository at the commit that the revision stands for when the download begins.
 */
export const huggingFaceProvider: Provider = {
  keepsArchives: true, // as KServe leaves them
  async revision(uri, options, signal) {
    const commit = await resolveCommit(parseHuggingFaceUri(uri), await settingsOf(options), options, signal);
    options.memo.set(COMMIT, commit); // a branch may move before it is listed
    return commit;
  },

  async *list(uri, options, signal) {
    const asked = parseHuggingFaceUri(uri);
    const settings = await settingsOf(options);
    const known = options.memo.get(COMMIT) as string | undefined;
    const commit = known ?? (await resolveCommit(asked, settings, options, signal));
    let count = 0;
    for await (const file of filesOfCommit(commit, asked, settings, options, signal)) {
      count++;
      yield remoteFile(file, commit, asked);
    }
    if (count === 0) {
      throw new StorageError('ObjectNotFound', `${asked.source} has no files at revision "${asked.revision}"`, {
        details: { repository: asked.repository, commit },
      });
    }
  },

  async read(remote, range, options, signal) {
    const { commit, repository, revision, file } = remote.handle as Handle;
    const settings = await settingsOf(options);
    const asked: Asked = { repository, revision, source: remote.source };
    const whole = range.start === 0 && range.end === file.sizeBytes;
    const headers: Record<string, string> = whole ? {} : { range: `bytes=${range.start}-${range.end! - 1}` };
    const path = file.path.split('/').map(encodeURIComponent).join('/');
    const url = hubUrl(settings, `/${repository}/resolve/${commit}/${path}`);
    const locations = locationsOf(options);
    const known = whole ? undefined : locations.get(url.href);
    let response = await hubRequest(known ?? url, headers, asked, settings, options, signal, (redirect) =>
      checkAnswer(redirect, remote),
    );
    if (known && response.status >= 400 && response.status < 500 && response.status !== 429) {
      // A signed address is good for some time only.
      discardBody(response);
      locations.delete(url.href);
      response = await hubRequest(url, headers, asked, settings, options, signal, (redirect) =>
        checkAnswer(redirect, remote),
      );
    }
    if (response.status !== 200 && response.status !== 206) throw await hubErrorFrom(response, asked, settings);
    try {
      checkAnswer(response, remote);
      checkRange(response, remote.source, range, { etag: undefined, sizeBytes: file.sizeBytes });
    } catch (error) {
      discardBody(response);
      throw error;
    }
    // The Hub limits how often it is asked where a file lies; each range asking anew would use that up.
    if (!whole && response.url.origin !== url.origin) remember(locations, url.href, response.url);
    return { body: response.body };
  },
};

function remoteFile(file: TreeFile, commit: string, { repository, revision }: Asked): RemoteFile {
  const { digest, xetHash } = file;
  return {
    name: file.path,
    source: `hf://${repository}/${file.path}`,
    sizeBytes: file.sizeBytes,
    // The content's own name: a file that a later commit did not touch is not fetched again.
    version: digest ? `${digest.algorithm}:${digest.hex}` : `xet:${xetHash}`,
    rangeable: true,
    // The version is the content's own name, at whatever address.
    ...(digest ? { digest, origin: 'hf' } : {}),
    handle: { repository, revision, commit, file } satisfies Handle,
  };
}

/** What the Hub says of a file, with it or with the redirect to it. Storage behind a redirect says nothing of this. */
function checkAnswer({ headers }: HttpResponse, { source, handle }: RemoteFile): void {
  const { commit, file } = handle as Handle;
  const answered = headerOf(headers, 'x-repo-commit');
  if (answered !== undefined && answered !== commit) throw sourceChanged(source, `it is of commit ${answered}`);
  const size = headerOf(headers, 'x-linked-size');
  if (size !== undefined && Number(size) !== file.sizeBytes) throw sourceChanged(source, `it has ${size} bytes`);
  const etag = unquotedEtag(headerOf(headers, 'x-linked-etag'));
  if (etag !== undefined && file.digest && etag !== file.digest.hex)
    throw sourceChanged(source, 'its digest is another');
}

function parseHuggingFaceUri(uri: string): Asked {
  const [, owner, model, revision] = /^hf:\/\/([\w.-]+)\/([\w.-]+)(?:[:@](.*))?$/.exec(uri) ?? [];
  if (!owner || !model || /^\.+$/.test(owner) || /^\.+$/.test(model)) {
    throw new StorageError('InvalidUri', `"${redactUri(uri)}" names no model`, {
      hint: 'write hf://OWNER/MODEL or hf://OWNER/MODEL:REVISION; patterns choose files in it',
    });
  }
  // Names of Git have neither; the first would lead to another address of the Hub.
  if (revision && /(^|\/)\.{1,2}(\/|$)|[\s\p{Cc}]/u.test(revision)) {
    throw new StorageError('InvalidUri', `"${redactUri(uri)}" has a revision that cannot be one`, {
      hint: 'a branch, tag or commit is expected',
    });
  }
  const repository = `${owner}/${model}`;
  return { repository, revision: revision || 'main', source: `hf://${repository}` };
}

async function settingsOf({ environment, memo }: ProviderOptions): Promise<HuggingFaceSettings> {
  const key = 'hugging-face/settings';
  const known = memo.get(key) as HuggingFaceSettings | undefined;
  if (known) return known;
  const settings = await huggingFaceSettingsFrom(environment);
  memo.set(key, settings);
  return settings;
}

function locationsOf({ memo }: ProviderOptions): Map<string, URL> {
  const key = 'hugging-face/locations';
  const locations = (memo.get(key) as Map<string, URL> | undefined) ?? new Map<string, URL>();
  memo.set(key, locations);
  return locations;
}

function remember(locations: Map<string, URL>, from: string, to: URL): void {
  locations.delete(from);
  locations.set(from, to);
  if (locations.size > MAX_LOCATIONS) locations.delete(locations.keys().next().value!);
}
