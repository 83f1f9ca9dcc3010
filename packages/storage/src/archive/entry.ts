import type { ArchiveLimiter } from './limits.ts';

const ARCHIVE_ENTRY_TYPES = [
  'file',
  'directory',
  'symlink',
  'hardlink',
  'character-device',
  'block-device',
  'fifo',
  'other',
] as const;

export type ArchiveEntryType = (typeof ARCHIVE_ENTRY_TYPES)[number];

/** One entry, as the archive has it: nothing of it is trusted until `checkNames` and `resolveLinks` have passed it. */
export interface ArchiveEntry {
  /** `/` between segments; without a leading `./` and without the `/` behind directories. Empty for the root itself. */
  name: string;
  type: ArchiveEntryType;
  /** Of the content; 0 for everything but files. */
  sizeBytes: number;
  /** Permission bits, set-id and sticky bits included. */
  mode: number;
  /** Where a link leads: for symbolic links as written there, for hard links the name of an entry. */
  linkName: string | undefined;
  /**
   * The content, exactly `sizeBytes` long or an error, to be read once and before the next entry is asked for; what is not
   * read is skipped. Checked against the archive's own checksum (zip), or that of the compression around it.
   */
  body: AsyncIterable<Buffer>;
}

export interface ArchiveReadOptions {
  /** What messages call the archive. Shows no credential. */
  source: string;
  /** Counts entries and bytes; throws `LimitExceeded` or `NoSpace`. One per model, also across several archives. */
  limiter: ArchiveLimiter;
  signal: AbortSignal;
  /** Whether chunks of bodies may be overwritten once the next one is asked for, which saves memory. Default false. */
  reuseChunks?: boolean;
}
