import { StatusError } from '@serval/kube/objects';
import { load } from 'js-yaml';
import { badRequest } from '../registry/errors.ts';
import { requireBounded } from './bounded.ts';

const utf8 = new TextDecoder('utf-8', { fatal: true });

/** Media type without parameters, lower case. */
export function mediaTypeOf(contentType: string | undefined): string {
  return (contentType ?? '').split(';')[0]!.trim().toLowerCase();
}

/** A decoder of `application/vnd.kubernetes.protobuf` bodies. */
export type DecodeProtobuf = (bytes: Uint8Array) => unknown;

/**
 * The object in a request body. Without a content type, JSON is taken (kubectl's PUT of `/scale` sends none).
 * Throws BadRequest with the place of the mistake, UnsupportedMediaType for other formats.
 */
export function decodeBody(
  bytes: Uint8Array,
  contentType: string | undefined,
  decodeProtobuf: DecodeProtobuf,
): unknown {
  switch (mediaTypeOf(contentType)) {
    case '':
    case 'application/json':
      return parseJson(bytes);
    case 'application/yaml':
    case 'text/yaml':
    case 'application/x-yaml':
      return parseYaml(bytes);
    case 'application/vnd.kubernetes.protobuf':
      return decodeProtobuf(bytes);
    default:
      throw unsupportedMediaType(contentType, [
        'application/json',
        'application/yaml',
        'application/vnd.kubernetes.protobuf',
      ]);
  }
}

export function unsupportedMediaType(contentType: string | undefined, accepted: readonly string[]): StatusError {
  return new StatusError(
    'UnsupportedMediaType',
    `the body of the request was in an unknown format (${contentType ?? 'no content type'}) - accepted media types include: ${accepted.join(', ')}`,
  );
}

export function parseJson(bytes: Uint8Array): unknown {
  let value: unknown;
  try {
    value = JSON.parse(utf8.decode(bytes));
  } catch (cause) {
    throw badRequest(`couldn't read the body as JSON: ${(cause as Error).message}`, cause);
  }
  requireBounded(value);
  return value;
}

export function parseYaml(bytes: Uint8Array): unknown {
  const value = loadYaml(new TextDecoder().decode(bytes));
  requireBounded(value);
  return value;
}

function loadYaml(text: string): unknown {
  // JSON is valid YAML, and much faster to read as what it is.
  if (text.trimStart().startsWith('{')) {
    try {
      return JSON.parse(text);
    } catch {
      // Flow-style YAML.
    }
  }
  try {
    return load(text);
  } catch (cause) {
    throw badRequest(`couldn't read the body as YAML: ${(cause as Error).message}`, cause);
  }
}
