import type { Digest } from '../provider.ts';

/** One object of the JSON API, as far as a download needs it. */
export interface GcsObject {
  name: string;
  sizeBytes: number;
  generation: string;
  /** Stored with `contentEncoding: gzip`. */
  compressed: boolean;
  digest: Digest | undefined;
}

export interface GcsPage {
  objects: GcsObject[];
  /** Set when there are more pages. */
  nextPageToken: string | undefined;
}

/** What to ask for, so that a page is a tenth of its full size. */
export const OBJECT_FIELDS = 'name,size,generation,contentEncoding,md5Hash,crc32c';

/** `undefined` for what is no page of `objects.list`. */
export function parsePage(value: unknown): GcsPage | undefined {
  const { items = [], nextPageToken } = (value ?? {}) as { items?: unknown; nextPageToken?: unknown };
  if (typeof value !== 'object' || !Array.isArray(items)) return undefined;
  const objects = items.map(parseObject);
  if (!objects.every((object) => object !== undefined)) return undefined;
  return { objects, nextPageToken: typeof nextPageToken === 'string' && nextPageToken ? nextPageToken : undefined };
}

/** `undefined` for what is no object resource. Numbers are decimal texts, as JSON's would be too small for them. */
export function parseObject(value: unknown): GcsObject | undefined {
  const { name, size, generation, contentEncoding, md5Hash, crc32c } = (value ?? {}) as Record<string, unknown>;
  const sizeBytes = typeof size === 'string' && /^\d+$/.test(size) ? Number(size) : Number.NaN;
  if (typeof name !== 'string' || !Number.isSafeInteger(sizeBytes)) return undefined;
  if (typeof generation !== 'string' || !/^\d+$/.test(generation)) return undefined;
  return {
    name,
    sizeBytes,
    generation,
    compressed: contentEncoding === 'gzip',
    // Objects that were composed of others have no MD5 sum.
    digest: digestFrom('md5', 16, md5Hash) ?? digestFrom('crc32c', 4, crc32c),
  };
}

function digestFrom(algorithm: Digest['algorithm'], bytes: number, base64: unknown): Digest | undefined {
  const sum = typeof base64 === 'string' ? Buffer.from(base64, 'base64') : undefined;
  return sum?.length === bytes ? { algorithm, hex: sum.toString('hex') } : undefined;
}
