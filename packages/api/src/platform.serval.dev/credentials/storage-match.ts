import { checkLength } from './match-length.ts';
import { parseStorageScope } from './storage-scope.ts';

/** Longer prefixes select nothing that anybody named, and API servers must be able to bound what their rules cost. */
export const maxStorageMatchLength = 512;

export const storageMatchForm =
  'must be an address as SCHEME://PLACE[/PATH], such as s3://models/fraud, without wildcards and without ? and #';

/** What API servers judge by themselves, in CEL. */
export const storageMatchExpression = "self.matches('^[a-z][a-z0-9+.-]*://[^/?#@*\\\\s]+(/[^?#*\\\\s]*)?$')";

/**
 * Why a text is no prefix of addresses of models, or nothing. Messages never repeat it, as it may hold a password.
 */
export function storageMatchProblem(match: string): string | undefined {
  const length = checkLength(match, maxStorageMatchLength);
  if (length) return length;
  const [, scheme = '', authority = ''] = /^([a-z][a-z0-9+.-]*):\/\/([^/?#]*)/.exec(match) ?? [];
  if (scheme === '' || authority === '') return storageMatchForm;
  if (authority.includes('@')) return 'must not hold a user name or password; put credentials into the Secret';
  if (match.includes('*')) return 'must have no *: everything below the address is meant anyway';
  if (/[?#\s]/.test(match)) return storageMatchForm;
  if (scheme === 'oci') return 'must not be oci://, as images that hold models are pulled with registryCredentials';
  if (/(^|\/)\.{1,2}(\/|$)/.test(match.slice(scheme.length + 3))) return 'must have no "." or ".." between slashes';
  if (scheme === 'pvc' || scheme === 'file') return `must not be ${scheme}://, as nothing asks for credentials there`;
  return undefined;
}

/** The same text for matches that mean the same. */
export function foldedStorageMatch(match: string): string {
  return parseStorageScope(match)?.text ?? match;
}
