import type { IncomingHttpHeaders } from 'node:http';

export interface Validators {
  etag: string;
  modifiedMs: number;
}

/** Changes with every write: size, time to the microsecond and inode, since a new version is often renamed into place. */
export function etagOf(file: { sizeBytes: number; modifiedMs: number; inode: number }): string {
  return `"${file.sizeBytes.toString(16)}-${Math.round(file.modifiedMs * 1000).toString(16)}-${file.inode.toString(16)}"`;
}

/** The precondition that decides the answer, in the order of RFC 9110, section 13.2.2; `undefined` to go on. */
export function preconditionStatus(
  headers: IncomingHttpHeaders,
  { etag, modifiedMs }: Validators,
): 304 | 412 | undefined {
  const seconds = Math.floor(modifiedMs / 1000) * 1000;
  const ifMatch = headers['if-match'];
  if (ifMatch !== undefined) {
    if (!matches(ifMatch, etag, false)) return 412;
  } else if (headers['if-unmodified-since'] !== undefined && seconds > Date.parse(headers['if-unmodified-since'])) {
    return 412;
  }
  const ifNoneMatch = headers['if-none-match'];
  if (ifNoneMatch !== undefined) return matches(ifNoneMatch, etag, true) ? 304 : undefined;
  const since = headers['if-modified-since'];
  return since !== undefined && seconds <= Date.parse(since) ? 304 : undefined;
}

/** Whether a `Range` counts: without `If-Range`, or where that names exactly this version (RFC 9110, section 13.1.5). */
export function rangeApplies(headers: IncomingHttpHeaders, { etag, modifiedMs }: Validators): boolean {
  const ifRange = headers['if-range'];
  if (typeof ifRange !== 'string') return true;
  return ifRange.includes('"') ? ifRange === etag : Date.parse(ifRange) === Math.floor(modifiedMs / 1000) * 1000;
}

function matches(list: string, etag: string, weak: boolean): boolean {
  if (list.trim() === '*') return true;
  return list.split(',').some((each) => {
    const tag = each.trim();
    return tag === etag || (weak && tag === `W/${etag}`);
  });
}
