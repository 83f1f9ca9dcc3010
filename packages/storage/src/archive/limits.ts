import { StorageError } from '../errors.ts';

/** What an archive may expand to. */
export interface ArchiveLimits {
  /** Entries of every kind, and files that links resolve to. Default 100,000, as many as one source may have. */
  maxEntries: number;
  /**
   * Bytes out per byte in. Default 200: weights shrink to a half or a third, text to a tenth, and a bomb by more than 1,000.
   * Asked for only above `ratioFloorBytes`.
   */
  maxExpansionRatio: number;
  /** Up to this size any ratio passes. Default 256 MiB: small files of zeros are common and do no harm. */
  ratioFloorBytes: number;
  /** Bytes in all. Default 1 TiB, more than any model has. Free disk is a limit besides. */
  maxBytes: number;
}

export const DEFAULT_ARCHIVE_LIMITS: ArchiveLimits = {
  maxEntries: 100_000,
  maxExpansionRatio: 200,
  ratioFloorBytes: 256 * 1024 ** 2,
  maxBytes: 1024 ** 4,
};

/** Counts what archives bring, while they are read. Every method throws `LimitExceeded`, or `NoSpace` when the disk is the limit. */
export interface ArchiveLimiter {
  /** One more entry. */
  entry(): void;
  /** So many bytes of the archive were read; more may come out for them. */
  read(compressedBytes: number): void;
  /** So many bytes came out. */
  expanded(bytes: number): void;
  /** So many more bytes will come out of an archive of `archiveBytes`, as it says itself; checks without counting. */
  announced(bytes: number, archiveBytes: number): void;
}

/** `freeBytes` is what the disk has left; `undefined` where it does not tell. */
export function createArchiveLimiter(
  source: string,
  limits: ArchiveLimits = DEFAULT_ARCHIVE_LIMITS,
  freeBytes?: number,
): ArchiveLimiter {
  let entries = 0;
  let compressed = 0;
  let expanded = 0;

  function check(bytes: number, read: number): void {
    if (bytes > limits.maxBytes) {
      throw exceeded(source, 'maxBytes', `expands to more than ${limits.maxBytes} bytes`, limits.maxBytes);
    }
    if (freeBytes !== undefined && bytes > freeBytes) {
      throw new StorageError('NoSpace', `${source} expands to more than the ${freeBytes} bytes that are free`, {
        hint: 'give the volume more room (emptyDir sizeLimit, claim size, disk); the archive stays beside its content until that is whole',
        details: { source, freeBytes },
      });
    }
    if (bytes > limits.ratioFloorBytes && bytes > read * limits.maxExpansionRatio) {
      throw ratioExceeded(source, limits);
    }
  }

  return {
    entry() {
      entries++;
      if (entries > limits.maxEntries) {
        throw exceeded(source, 'maxEntries', `has more than ${limits.maxEntries} entries`, limits.maxEntries);
      }
    },
    read(bytes) {
      compressed += bytes;
    },
    expanded(bytes) {
      expanded += bytes;
      check(expanded, compressed);
    },
    announced(bytes, archiveBytes) {
      check(expanded + bytes, compressed + archiveBytes);
    },
  };
}

function ratioExceeded(source: string, { maxExpansionRatio, ratioFloorBytes }: ArchiveLimits): StorageError {
  return exceeded(
    source,
    'maxExpansionRatio',
    `expands to more than ${maxExpansionRatio} times its size (and to more than ${ratioFloorBytes} bytes)`,
    maxExpansionRatio,
  );
}

function exceeded(source: string, limit: keyof ArchiveLimits, how: string, value: number): StorageError {
  return new StorageError('LimitExceeded', `${source} ${how}`, {
    hint: 'nothing of it was kept; raise the limit if the archive is to be trusted',
    details: { source, limit, value },
  });
}
