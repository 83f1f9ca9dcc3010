import { readFile } from 'node:fs/promises';
import { homedir } from 'node:os';
import { join } from 'node:path';
import { StorageError } from '../errors.ts';

type Environment = Readonly<Record<string, string | undefined>>;

export interface HuggingFaceSettings {
  /** May have a path, as repository managers that stand in for the Hub have. No slash at its end. */
  endpoint: URL;
  /** `undefined` means anonymous requests. */
  token: string | undefined;
}

const DEFAULT_ENDPOINT = 'https://huggingface.co';

/**
 * Reads the variables and the token file of the huggingface_hub library (its reference, "Environment variables").
 * @throws StorageError InvalidConfiguration, naming the variable and never its value
 */
export async function huggingFaceSettingsFrom(environment: Environment): Promise<HuggingFaceSettings> {
  return { endpoint: endpointFrom(environment), token: await tokenFrom(environment) };
}

function endpointFrom(environment: Environment): URL {
  const text = (environment['HF_ENDPOINT'] || DEFAULT_ENDPOINT).replace(/\/+$/, '');
  const url = /^https?:\/\//i.test(text) && URL.canParse(text) ? new URL(text) : undefined;
  if (!url) {
    throw new StorageError('InvalidConfiguration', 'HF_ENDPOINT is not a URL', {
      hint: `expected http[s]://HOST[:PORT][/PATH], like ${DEFAULT_ENDPOINT}`,
    });
  }
  if (url.username || url.password || url.search || url.hash) {
    throw new StorageError('InvalidConfiguration', 'HF_ENDPOINT has a user or a query', {
      hint: 'the token goes to HF_TOKEN',
    });
  }
  return url;
}

async function tokenFrom(environment: Environment): Promise<string | undefined> {
  if (/^(1|on|yes|true)$/i.test(environment['HF_HUB_DISABLE_IMPLICIT_TOKEN'] ?? '')) return undefined;
  for (const name of ['HF_TOKEN', 'HUGGING_FACE_HUB_TOKEN']) {
    const token = environment[name]?.trim();
    if (token) return checked(token, name);
  }
  const path = tokenPathFrom(environment);
  if (path === undefined) return undefined;
  const text = await readFile(path, 'utf8').catch((cause: NodeJS.ErrnoException) => {
    if (cause.code === 'ENOENT' || cause.code === 'ENOTDIR') return '';
    throw new StorageError('InvalidConfiguration', `the token file ${path} cannot be read (${cause.code})`, {
      hint: 'check its owner and mode, or set HF_TOKEN',
      details: { path },
      cause,
    });
  });
  return text.trim() ? checked(text.trim(), path) : undefined;
}

/** `HF_TOKEN_PATH`, else `token` in `HF_HOME`, whose default is `huggingface` in the cache directory of the user. */
function tokenPathFrom(environment: Environment): string | undefined {
  const home = environment['HOME'];
  const expanded = (path: string) => path.replace(/^~(?=\/|$)/, home || homedir());
  if (environment['HF_TOKEN_PATH']) return expanded(environment['HF_TOKEN_PATH']);
  if (environment['HF_HOME']) return join(expanded(environment['HF_HOME']), 'token');
  const cache = environment['XDG_CACHE_HOME'] || (home && join(home, '.cache'));
  return cache ? join(expanded(cache), 'huggingface', 'token') : undefined;
}

function checked(token: string, where: string): string {
  if (/^[\x21-\x7e]+$/.test(token)) return token;
  throw new StorageError('InvalidConfiguration', `${where} holds characters that no token has`, {
    hint: 'a token is one word, like hf_…',
  });
}
