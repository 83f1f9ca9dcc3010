/** Every way in which storage can fail. `docs/errors.md` lists them; a test keeps the two equal. */
export const STORAGE_ERROR_CODES = [
  'InvalidArgument',
  'InvalidUri',
  'UnsupportedScheme',
  'InvalidConfiguration',
  'ObjectNotFound',
  'AccessDenied',
  'SourceRejected',
  'SourceUnavailable',
  'RedirectRefused',
  'TlsUntrusted',
  'SourceChanged',
  'SizeMismatch',
  'ChecksumMismatch',
  'UnsafeName',
  'TooManyFiles',
  'ArchiveInvalid',
  'LimitExceeded',
  'DeadlineExceeded',
  'NoSpace',
  'TargetNotWritable',
  'Aborted',
  'Internal',
] as const;

export type StorageErrorCode = (typeof STORAGE_ERROR_CODES)[number];

/** Exit code of the executable for each kind of failure. 0 is success. */
export const EXIT_CODES: Readonly<Record<StorageErrorCode, number>> = {
  Internal: 1,
  InvalidArgument: 2,
  InvalidUri: 2,
  UnsupportedScheme: 2,
  InvalidConfiguration: 2,
  ObjectNotFound: 3,
  AccessDenied: 4,
  SourceUnavailable: 5,
  SourceRejected: 5,
  RedirectRefused: 5,
  TlsUntrusted: 5,
  SourceChanged: 6,
  SizeMismatch: 6,
  ChecksumMismatch: 6,
  NoSpace: 7,
  TargetNotWritable: 7,
  UnsafeName: 8,
  TooManyFiles: 8,
  ArchiveInvalid: 6,
  LimitExceeded: 8,
  DeadlineExceeded: 5,
  Aborted: 130,
};

export interface StorageErrorOptions {
  /** What to look at or change. */
  hint?: string;
  details?: Readonly<Record<string, unknown>>;
  cause?: unknown;
  /** Whether the same request may well succeed a little later. Default false. */
  transient?: boolean;
  /** What the server asked for in `Retry-After`. */
  retryAfterMs?: number;
}

/** A failure that names the object, the value and what was expected. Carries no credential and no signed query. */
export class StorageError extends Error {
  override readonly name = 'StorageError';
  readonly code: StorageErrorCode;
  readonly summary: string;
  readonly hint: string | undefined;
  readonly details: Readonly<Record<string, unknown>>;
  readonly transient: boolean;
  readonly retryAfterMs: number | undefined;

  constructor(code: StorageErrorCode, summary: string, options: StorageErrorOptions = {}) {
    super(options.hint ? `${summary} — ${options.hint}` : summary, { cause: options.cause });
    this.code = code;
    this.summary = summary;
    this.hint = options.hint;
    this.details = options.details ?? {};
    this.transient = options.transient ?? false;
    this.retryAfterMs = options.retryAfterMs;
  }
}

/** Normalises whatever was thrown, once, at the edge of the package. */
export function storageErrorFrom(error: unknown, doing: string, signal?: AbortSignal): StorageError {
  if (error instanceof StorageError) return error;
  if (signal?.aborted) return abortedError(signal);
  const reason = error instanceof Error ? error.message : String(error);
  return new StorageError('Internal', `${doing}: ${reason}`, { cause: error });
}

export function abortedError(signal: AbortSignal): StorageError {
  const reason = signal.reason instanceof Error ? signal.reason.message : String(signal.reason ?? 'aborted');
  return new StorageError('Aborted', `stopped before the end: ${reason}`, { cause: signal.reason });
}

/** Errors of the operating system that speak about the target directory. `undefined` for every other error. */
export function targetErrorFrom(error: unknown, directory: string, neededBytes?: number): StorageError | undefined {
  const code = (error as NodeJS.ErrnoException | undefined)?.code;
  const details = { directory, errno: code, neededBytes };
  switch (code) {
    case 'ENOSPC':
    case 'EDQUOT':
    case 'EFBIG': {
      const need = neededBytes === undefined ? '' : `; ${neededBytes} bytes were still to be written`;
      const limit =
        code === 'ENOSPC' ? 'no space left' : code === 'EDQUOT' ? 'quota exceeded' : 'file size limit reached';
      return new StorageError('NoSpace', `${limit} in ${directory}${need}`, {
        hint: 'give the volume more room (emptyDir sizeLimit, claim size, disk)',
        details,
        cause: error,
      });
    }
    case 'EROFS':
    case 'EACCES':
    case 'EPERM':
    case 'ENOTDIR':
    case 'EISDIR':
    case 'EEXIST':
      return new StorageError('TargetNotWritable', `cannot write to ${directory} (${code})`, {
        hint:
          code === 'EROFS' ? 'the volume is mounted read-only' : 'check who owns it, its mode, and what stands there',
        details,
        cause: error,
      });
    default:
      return undefined;
  }
}
