import { StorageError } from '../errors.ts';
import { redactUri } from '../redact.ts';

export interface GitSource {
  /** Address of the repository, without user, password and query. */
  url: URL;
  username: string;
  password: string;
  /** Branch, tag, `refs/…` or full commit; `undefined` for what the remote's HEAD stands for. */
  ref: string | undefined;
  /** Path of a file or folder in the repository, without slashes around it; empty for all of it. */
  subpath: string;
  /** What messages call the repository. */
  shown: string;
}

/**
 * The path itself has to end with `.git`, so that `raw.githubusercontent.com`, `*.github.io` and `model.git.bin` stay plain files. With a
 * query or a fragment an address is a plain file, too.
 */
const GIT_URI = /^(https?:\/\/[^/?#]+\/[^?#]*?\.git)(?:@([^?#]*?))?(?:\/\/([^?#]*)|\/)?$/i;

export function isGitUri(uri: string): boolean {
  return GIT_URI.test(uri);
}

/** `https://HOST/PATH.git[@REF][//SUBPATH]`; KServe has the first part alone. @throws StorageError InvalidUri */
export function parseGitUri(uri: string): GitSource {
  const shown = redactUri(uri);
  const [, address, ref, subpath] = GIT_URI.exec(uri) ?? [];
  if (!address || !URL.canParse(address)) {
    throw new StorageError('InvalidUri', `"${shown}" names no repository`, { hint: HINT });
  }
  const url = new URL(address);
  const username = decoded(url.username, shown);
  const password = decoded(url.password, shown);
  url.username = '';
  url.password = '';
  const name = ref === undefined ? undefined : decoded(ref, shown);
  // What git-check-ref-format(1) forbids; a control character would also end a line of the protocol.
  if (name !== undefined && (name === '' || /[\s\p{Cc}~^:?*[\\]|\.\.|@\{|^[-/]|\/$|\.lock$/u.test(name))) {
    throw new StorageError('InvalidUri', `"${shown}" has a revision that cannot be one`, {
      hint: 'a branch, tag or full commit is expected behind "@"',
    });
  }
  const path = decoded(subpath ?? '', shown).replace(/\/+$/, '');
  if (path.split('/').some((segment) => segment === '..' || segment === '.' || (segment === '' && path !== ''))) {
    throw new StorageError('InvalidUri', `"${shown}" has an empty, "." or ".." segment in the path behind "//"`, {
      hint: HINT,
    });
  }
  return { url, username, password, ref: name, subpath: path, shown: url.href };
}

const HINT = 'write https://HOST/PATH.git, https://HOST/PATH.git@REF or https://HOST/PATH.git@REF//FOLDER';

function decoded(text: string, shown: string): string {
  try {
    return decodeURIComponent(text);
  } catch {
    throw new StorageError('InvalidUri', `"${shown}" has a "%" that begins no escape`, { hint: 'write it as %25' });
  }
}
