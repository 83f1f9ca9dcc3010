import { textOf } from '../xml.ts';

export interface ListedObject {
  key: string;
  sizeBytes: number;
  etag: string;
  /** Whether its checksum is one of checksums of parts, where the server tells. */
  composite: boolean;
}

export interface ListingPage {
  objects: ListedObject[];
  /** Set when there are more pages. */
  continuationToken: string | undefined;
}

/** Reads one ListObjectsV2 answer. Its schema is flat, so that no general XML parser is needed. */
export function parseListing(xml: string): ListingPage | undefined {
  if (!/<ListBucketResult[\s>]/.test(xml)) return undefined;
  const urlEncoded = textOf(xml, 'EncodingType') === 'url';
  const objects: ListedObject[] = [];
  for (const [, body] of xml.matchAll(/<Contents>([\s\S]*?)<\/Contents>/g)) {
    const key = keyFrom(textOf(body!, 'Key') ?? '', urlEncoded);
    const size = Number(textOf(body!, 'Size'));
    if (!key || !Number.isSafeInteger(size) || size < 0) return undefined;
    objects.push({
      key,
      sizeBytes: size,
      etag: textOf(body!, 'ETag') ?? '',
      composite: textOf(body!, 'ChecksumType') === 'COMPOSITE',
    });
  }
  if (textOf(xml, 'IsTruncated') !== 'true') return { objects, continuationToken: undefined };
  const continuationToken = textOf(xml, 'NextContinuationToken');
  return continuationToken ? { objects, continuationToken } : undefined; // without it the rest would be missing
}

function keyFrom(text: string, urlEncoded: boolean): string | undefined {
  try {
    return urlEncoded ? decodeURIComponent(text.replaceAll('+', ' ')) : text;
  } catch {
    return undefined;
  }
}

/** A listing without its end names a part of the objects, and the model would be a part, too. */
export function isCutListing(xml: string): boolean {
  if (/<ListBucketResult[\s>]/.test(xml)) return !/<\/ListBucketResult>\s*$/.test(xml);
  return /^\s*(<\?xml[^>]*(>\s*)?)?$/.test(xml);
}

/** `<Code>` of an S3 error answer, such as `NoSuchBucket`. */
export function s3ErrorCode(xml: string): string | undefined {
  return textOf(xml, 'Code');
}
