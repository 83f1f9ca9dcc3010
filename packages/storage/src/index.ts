export type { Blob as CachedBlob } from './cache/blobs.ts';
export { openSharedCache, type SharedCache } from './cache/shared-cache.ts';
export { download } from './download.ts';
export {
  EXIT_CODES,
  STORAGE_ERROR_CODES,
  StorageError,
  type StorageErrorCode,
  type StorageErrorOptions,
} from './errors.ts';
export { type ListedFile, list } from './list.ts';
export { MANIFEST_NAME } from './manifest.ts';
export type { DownloadEvent, DownloadOptions, DownloadReport } from './options.ts';
export { createProgressLines, formatBytes, formatReport } from './progress-lines.ts';
export type { Digest, Provider, ProviderOptions, RemoteBytes, RemoteFile } from './provider.ts';
export { redactUri } from './redact.ts';
export { type VerifiedFile, verify } from './verify.ts';
