/** What an image reference names, with all defaults filled in. */
export interface ImageReference {
  /** Host with optional port, as written; `docker.io` where none is written. */
  registry: string;
  /** Path in the registry; `library/NAME` for a single name of `docker.io`. */
  repository: string;
  /** `latest` where neither tag nor digest is written. */
  tag: string | undefined;
  /** Goes before the tag where both are written. */
  digest: string | undefined;
}

const HOST = String.raw`(?:(?:[a-zA-Z0-9](?:[a-zA-Z0-9-]*[a-zA-Z0-9])?)(?:\.[a-zA-Z0-9](?:[a-zA-Z0-9-]*[a-zA-Z0-9])?)*|\[[a-fA-F0-9:]+\])(?::[0-9]+)?`;
const COMPONENT = '[a-z0-9]+(?:(?:[._]|__|-+)[a-z0-9]+)*';
const REFERENCE = new RegExp(
  String.raw`^(${HOST})/(${COMPONENT}(?:/${COMPONENT})*)(?::([\w][\w.-]{0,127}))?(?:@(sha256:[0-9a-f]{64}|sha384:[0-9a-f]{96}|sha512:[0-9a-f]{128}))?$`,
);

/** Host and name together (grammar of `distribution/reference`). */
const MAX_NAME_LENGTH = 255;

/** Longer ones are no references, and are not worth a regular expression. */
const MAX_REFERENCE_LENGTH = 1024;

/**
 * Reads `[HOST[:PORT]/]PATH[:TAG][@DIGEST]` as Docker and the kubelet do: what stands before the first slash is a host only if it has a
 * dot, a colon or a capital, or is `localhost`; everything else is on `docker.io`. `undefined` for what is no reference.
 */
export function parseImageReference(text: string): ImageReference | undefined {
  if (text.length > MAX_REFERENCE_LENGTH || /^[a-f0-9]{64}$/.test(text)) return undefined;
  const [host, rest] = splitHost(text);
  const match = REFERENCE.exec(`${host}/${rest}`);
  if (!match) return undefined;
  const [, registry, repository, tag, digest] = match as unknown as [string, string, string, string?, string?];
  if (registry.length + 1 + repository.length > MAX_NAME_LENGTH) return undefined;
  return { registry, repository, tag: tag ?? (digest === undefined ? 'latest' : undefined), digest };
}

function splitHost(text: string): [string, string] {
  const slash = text.indexOf('/');
  const first = text.slice(0, Math.max(slash, 0));
  const isHost = slash >= 0 && (first === 'localhost' || /[.:]/.test(first) || first.toLowerCase() !== first);
  const host = !isHost || first === 'index.docker.io' ? 'docker.io' : first;
  const rest = isHost ? text.slice(slash + 1) : text;
  return host === 'docker.io' && !rest.includes('/') ? [host, `library/${rest}`] : [host, rest];
}
