import { StorageError } from '../errors.ts';
import { ENTRY_HEADERS, isEntryServer } from './entry-server.ts';

/**
 * Headers for one host: of an http entry that is meant for it, else from `HOST:PORT-headers` or `HOST-headers`, a JSON object of strings
 * (KServe's https credentials).
 * @param start  the URI that is fetched, where `url` is what it redirects to
 * @throws StorageError InvalidConfiguration, which names the variable but never shows its value
 */
export function hostHeaders(
  url: URL,
  environment: Readonly<Record<string, string | undefined>>,
  start: URL = url,
): Record<string, string> {
  const ofEntry = environment[ENTRY_HEADERS] && isEntryServer(url, start, environment) ? [ENTRY_HEADERS] : [];
  const name = [...ofEntry, `${url.host}-headers`, `${url.hostname}-headers`].find((each) => environment[each]);
  if (name === undefined) return {};
  let value: unknown;
  try {
    value = JSON.parse(environment[name]!);
  } catch {
    // No cause: the parser's message quotes the text, which holds credentials.
    throw new StorageError('InvalidConfiguration', `environment variable "${name}" is not JSON`, {
      hint: 'expected an object of strings, like {"Authorization": "Bearer …"}',
    });
  }
  const headers: Record<string, string> = {};
  if (typeof value !== 'object' || value === null || Array.isArray(value)) {
    throw new StorageError('InvalidConfiguration', `environment variable "${name}" is not a JSON object`, {
      hint: 'expected an object of strings, like {"Authorization": "Bearer …"}',
    });
  }
  for (const [header, text] of Object.entries(value)) {
    if (typeof text !== 'string' || !/^[\t\x20-\x7e\x80-\xff]*$/.test(text) || !/^[!#$%&'*+.^_`|~\w-]+$/.test(header)) {
      throw new StorageError(
        'InvalidConfiguration',
        `header "${header}" in environment variable "${name}" is not a header with a string`,
      );
    }
    headers[header.toLowerCase()] = text;
  }
  return headers;
}
