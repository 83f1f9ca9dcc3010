import type { Digest } from '../provider.ts';
import { elementsOf, textOf } from '../xml.ts';

export interface ListedBlob {
  name: string;
  sizeBytes: number;
  etag: string | undefined;
  digest: Digest | undefined;
  /** Accounts with a hierarchical namespace list directories, too, as blobs without data. */
  isDirectory: boolean;
}

export interface BlobPage {
  blobs: ListedBlob[];
  /** Set when there are more pages. */
  nextMarker: string | undefined;
}

/** Reads one answer of List Blobs. `undefined` for what is none, or one that breaks off. */
export function parseBlobPage(xml: string): BlobPage | undefined {
  if (!isWhole(xml)) return undefined;
  const blobs: ListedBlob[] = [];
  for (const body of elementsOf(xml, 'Blob')) {
    const name = nameOf(body);
    const [properties = ''] = elementsOf(body, 'Properties');
    const [metadata = ''] = elementsOf(body, 'Metadata');
    const sizeBytes = sizeOf(properties);
    if (name === undefined || sizeBytes === undefined) return undefined;
    blobs.push({
      name,
      sizeBytes,
      etag: textOf(properties, 'Etag'),
      digest: md5From(textOf(properties, 'Content-MD5')),
      isDirectory: textOf(properties, 'ResourceType') === 'directory' || /<hdi_isfolder>true</i.test(metadata),
    });
  }
  return { blobs, nextMarker: textOf(xml, 'NextMarker') || undefined };
}

export interface DirectoryPage {
  files: { name: string; sizeBytes: number }[];
  directories: string[];
  nextMarker: string | undefined;
}

/** Reads one answer of List Directories and Files. `undefined` for what is none, or one that breaks off. */
export function parseDirectoryPage(xml: string): DirectoryPage | undefined {
  if (!isWhole(xml)) return undefined;
  const page: DirectoryPage = { files: [], directories: [], nextMarker: textOf(xml, 'NextMarker') || undefined };
  for (const body of elementsOf(xml, 'File')) {
    const name = nameOf(body);
    const [properties = ''] = elementsOf(body, 'Properties');
    const sizeBytes = sizeOf(properties);
    if (name === undefined || sizeBytes === undefined) return undefined;
    page.files.push({ name, sizeBytes });
  }
  for (const body of elementsOf(xml, 'Directory')) {
    const name = nameOf(body);
    if (name === undefined) return undefined;
    page.directories.push(name);
  }
  return page;
}

/** A base64 MD5 sum, as Azure gives them. */
export function md5From(base64: string | undefined): Digest | undefined {
  const sum = base64 === undefined ? undefined : Buffer.from(base64, 'base64');
  return sum?.length === 16 ? { algorithm: 'md5', hex: sum.toString('hex') } : undefined;
}

function isWhole(xml: string): boolean {
  return /<EnumerationResults[\s>]/.test(xml) && /<\/EnumerationResults>\s*$/.test(xml);
}

/** Names with characters that XML cannot have come percent-encoded (`<Name Encoded="true">`). */
function nameOf(body: string): string | undefined {
  const name = textOf(body, 'Name');
  if (name === undefined || !/<Name\s+Encoded="true"/i.test(body)) return name;
  try {
    return decodeURIComponent(name);
  } catch {
    return undefined;
  }
}

function sizeOf(properties: string): number | undefined {
  const size = textOf(properties, 'Content-Length') ?? '';
  return /^\d+$/.test(size) && Number.isSafeInteger(Number(size)) ? Number(size) : undefined;
}
