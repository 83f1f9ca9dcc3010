import type { Readable } from 'node:stream';
import type { ArchiveEntry, ArchiveReadOptions } from './archive/entry.ts';
import type { ArchiveFormat } from './archive/format.ts';
import type { Connections } from './http/connections.ts';

/** One file at the source, as `list` saw it. */
export interface RemoteFile {
  /** Path below the target directory, `/` between segments. Untrusted until `checkNames` has passed it. */
  name: string;
  /** What messages call it. Shows no credential. */
  source: string;
  /** `undefined` when the source does not tell before the last byte. */
  sizeBytes: number | undefined;
  /** Changes when the content does (ETag, generation, modification time). `undefined`: nothing proves sameness. */
  version: string | undefined;
  /** Whether `read` takes any range and notices a change between two of them. */
  rangeable: boolean;
  /**
   * The server, where `source` does not name it (an S3 endpoint), or all of the address. Only with it is a file without a SHA-256 shared
   * through a cache: origin, source, version and size name its content among all that there is.
   */
  origin?: string;
  /** Digest of the whole file, where the listing tells it. */
  digest?: Digest;
  /** The URI names this very file, not a folder above it: patterns do not apply to it (as in KServe). */
  named?: boolean;
  /** That it is an archive, where something else than `name` tells. */
  archiveFormat?: ArchiveFormat;
  /** It is no file of the model, but is unpacked into it by the provider, together with all others of the list. */
  packed?: boolean;
  /** What the provider needs to read it again; meaningless to others, holds no secret. */
  handle: unknown;
}

/** From the strongest to the weakest. */
export const DIGEST_ALGORITHMS = [
  'sha512',
  'sha256',
  'sha1',
  'git-blob',
  'md5',
  'hdfs-crc32c',
  'hdfs-crc32',
  'crc64nvme',
  'crc32c',
  'crc32',
] as const;

export type DigestAlgorithm = (typeof DIGEST_ALGORITHMS)[number];

export interface Digest {
  /**
   * `git-blob` is SHA-1 over Git's object header and the content; the CRCs are big-endian; those of HDFS are MD5 sums over the
   * CRCs of its blocks.
   */
  algorithm: DigestAlgorithm;
  /** Lower-case hexadecimal. */
  hex: string;
  /** How HDFS has divided the file: into blocks, and these into pieces with a CRC each. */
  division?: { blockBytes: number; pieceBytes: number };
}

export interface RemoteBytes {
  body: Readable;
  /** Digest of the whole file, where the answer carried one. */
  digest?: Digest;
}

export interface ProviderOptions {
  /** Environment variables by name. Providers read nothing else of the process. */
  environment: Readonly<Record<string, string | undefined>>;
  /** Shared by all requests of one download. */
  connections: Connections;
  /** What providers keep for the length of one download, such as tokens and signing keys, by names of their own. */
  memo: Map<string, unknown>;
  /** For temporary files; in the target directory, on the same file system. May not exist yet. */
  workDirectory: string;
  /** Runs when the download ends, however it ends: closes and removes what a provider holds. Its failures are not shown. */
  atEnd(cleanUp: () => Promise<void>): void;
  /** Something that a person should know, although nothing fails. */
  warn(message: string): void;
}

/** Where a model comes from. Implementations hold no state between calls. */
export interface Provider {
  /** What would be fetched, without fetching it. Throws `ObjectNotFound` rather than returning nothing. */
  list(uri: string, options: ProviderOptions, signal: AbortSignal): AsyncIterable<RemoteFile>;
  /**
   * Bytes `[start, end)` of one file of `list`, failing with `SourceChanged` if it changed since. `end` is `undefined` for
   * everything up to the end, where the size is unknown.
   */
  read(
    file: RemoteFile,
    range: { start: number; end: number | undefined },
    options: ProviderOptions,
    signal: AbortSignal,
  ): Promise<RemoteBytes>;
  /** What packed files, which stand whole and checked at these paths, hold together. Names in it are not trusted. */
  unpack?(
    parts: readonly { file: RemoteFile; path: string }[],
    options: ProviderOptions,
    read: ArchiveReadOptions,
  ): AsyncIterable<ArchiveEntry>;
  /**
   * What the source as a whole stands for now, such as a commit, where that can be told without listing it. The same answer promises the
   * same files: a directory that holds that revision is not listed again.
   */
  revision?(uri: string, options: ProviderOptions, signal: AbortSignal): Promise<string>;
  /** A single archive stays as it is. Default false: it is extracted (as in KServe, which does not for Hugging Face, Git and OCI). */
  keepsArchives?: boolean;
  /** Absolute path of a file of `list` on this machine, where links to it are possible. */
  localPath?(file: RemoteFile): string;
  /** Writes the whole file to `path` in a faster way than through this process, where there is one. */
  copy?(file: RemoteFile, path: string, signal: AbortSignal): Promise<void>;
}
