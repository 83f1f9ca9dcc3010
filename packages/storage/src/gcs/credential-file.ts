import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { StorageError } from '../errors.ts';

type Environment = Readonly<Record<string, string | undefined>>;

/** A credential file of Google's: a JSON object with a `type`. */
export interface CredentialFile {
  /** What messages call it: a path, or the variable that holds it. */
  name: string;
  fields: Record<string, unknown>;
}

/** KServe mounts the secret of a service account here. */
const MOUNTED_SECRET = '/var/secrets/gcloud-application-credentials.json';

const MAX_FILE_BYTES = 1024 * 1024;

/**
 * The first credential file there is, in the order of application default credentials: `GOOGLE_APPLICATION_CREDENTIALS`, which
 * must then exist, the secret that KServe mounts, and what `gcloud auth application-default login` left.
 * `GOOGLE_APPLICATION_CREDENTIALS_JSON` has such a file's content itself.
 * @throws StorageError InvalidConfiguration
 */
export async function findCredentialFile(environment: Environment): Promise<CredentialFile | undefined> {
  const named = environment['GOOGLE_APPLICATION_CREDENTIALS'];
  if (named) {
    const text = await readCredentialText(named).catch((cause: Error) => {
      throw new StorageError(
        'InvalidConfiguration',
        `GOOGLE_APPLICATION_CREDENTIALS names ${named}, which cannot be read`,
        {
          hint: 'mount the secret there, or unset the variable',
          cause,
        },
      );
    });
    return { name: named, fields: parseFields(text, named) };
  }
  const inline = environment['GOOGLE_APPLICATION_CREDENTIALS_JSON'];
  if (inline) {
    const name = 'GOOGLE_APPLICATION_CREDENTIALS_JSON';
    return { name, fields: parseFields(inline, name) };
  }
  for (const path of wellKnownFiles(environment)) {
    const text = await readCredentialText(path).catch(() => undefined);
    if (text !== undefined) return { name: path, fields: parseFields(text, path) };
  }
  return undefined;
}

function wellKnownFiles({ CLOUDSDK_CONFIG: folder, HOME: home }: Environment): string[] {
  const gcloud = folder || (home ? join(home, '.config', 'gcloud') : undefined);
  return [MOUNTED_SECRET, ...(gcloud ? [join(gcloud, 'application_default_credentials.json')] : [])];
}

/** Also of the token files that credentials name. */
export async function readCredentialText(path: string): Promise<string> {
  const text = await readFile(path, 'utf8');
  if (text.length <= MAX_FILE_BYTES) return text;
  throw new Error(`${path} is over ${MAX_FILE_BYTES} bytes`);
}

function parseFields(text: string, name: string): Record<string, unknown> {
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch {
    value = undefined; // no cause: the parser's message quotes the text, which holds a key
  }
  if (typeof value === 'object' && value !== null && !Array.isArray(value)) return value as Record<string, unknown>;
  throw new StorageError('InvalidConfiguration', `Google credentials in ${name} are not a JSON object`, {
    hint: 'expected the JSON file of a service account key, or of workload identity federation',
  });
}

/** A field that has to be a text. @throws StorageError InvalidConfiguration */
export function requiredText({ name, fields }: CredentialFile, field: string): string {
  const value = fields[field];
  if (typeof value === 'string' && value !== '') return value;
  throw invalidCredential(name, `have no text in "${field}"`);
}

/** A field that has to be an http or https address. @throws StorageError InvalidConfiguration */
export function requiredUrl(file: CredentialFile, field: string, byDefault?: string): URL {
  const text = file.fields[field] === undefined && byDefault !== undefined ? byDefault : requiredText(file, field);
  const url = URL.canParse(text) ? new URL(text) : undefined;
  if (url && /^https?:$/.test(url.protocol)) return url;
  throw invalidCredential(file.name, `have no http or https address in "${field}"`);
}

export function invalidCredential(name: string, problem: string, hint?: string): StorageError {
  return new StorageError('InvalidConfiguration', `Google credentials in ${name} ${problem}`, {
    hint: hint ?? 'download the file anew; it is not to be edited',
  });
}
