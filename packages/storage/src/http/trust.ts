import { readFile, stat } from 'node:fs/promises';
import { join } from 'node:path';
import type { ProblemCode } from '../config/model.ts';
import { StorageError } from '../errors.ts';
import { entryField } from './entry-field.ts';

type Environment = Readonly<Record<string, string | undefined>>;

/** What is trusted besides the roots. */
export interface Trust {
  /** PEM. */
  pem: string;
  /** How many certificates from where, for messages. */
  description: string;
  /** What is odd about them but may not matter, such as one that has expired; for messages of a failure. */
  notes: readonly string[];
}

/** Where KServe mounts its global bundle when nothing else is said. */
const GLOBAL_MOUNT_POINT = '/etc/ssl/custom-certs';

/** Fields of a storage entry, by the variables that hold them (`config/environment.ts`). */
const FIELD_VARIABLES = ['certificate', 'ca_bundle', 'cabundle_configmap', 'ca_bundle_configmap'].map(
  (field) => [field, `STORAGE_CONFIG.${field}`] as const,
);

const FILE_VARIABLES = ['AWS_CA_BUNDLE', 'REQUESTS_CA_BUNDLE', 'SSL_CERT_FILE'] as const;

/** As many bundles as anybody has, several times over. */
const MAX_SOURCES = 64;

/** Subjects and notes that a message shows; more would hide the rest. */
const MAX_SHOWN = 4;

/** These say nothing of the servers that others of the bundle, or the roots, vouch for. */
const ONLY_NOTED: readonly ProblemCode[] = ['Expired', 'NotYetValid', 'NotAnAuthority'];

interface Source {
  /** What messages call it. */
  name: string;
  /** How a message begins that it cannot be read. */
  named: string;
  /** One or the other. */
  path?: string;
  text?: string;
  optional?: boolean;
}

/**
 * All certificates to trust besides the roots, for every provider: fields of the storage entry, the files of `SERVAL_CA_BUNDLES`, of
 * `AWS_CA_BUNDLE`, `REQUESTS_CA_BUNDLE` and `SSL_CERT_FILE`, and KServe's global bundle. `undefined` when nothing is set.
 * @throws StorageError InvalidConfiguration when one of them cannot be read, holds no certificate, a damaged one, or a private key
 */
export async function readTrust(environment: Environment): Promise<Trust | undefined> {
  const sources = sourcesOf(environment);
  if (sources.length === 0) return undefined;
  if (sources.length > MAX_SOURCES) {
    throw new StorageError('InvalidConfiguration', `${sources.length} bundles of certificates are set`, {
      hint: `at most ${MAX_SOURCES} are read; check SERVAL_CA_BUNDLES`,
    });
  }
  const { readCertificates } = await import('../config/certificate.ts');
  const pems: string[] = [];
  const shown: string[] = [];
  const notes: string[] = [];
  for (const source of sources) {
    const text = source.text ?? (await readBundle(source));
    if (text === undefined) continue;
    const { pem, chain, problems } = readCertificates(text, source.name, new Date());
    const problem = problems.find(({ code, severity }) => severity === 'error' && !ONLY_NOTED.includes(code));
    if (problem) {
      throw new StorageError('InvalidConfiguration', problem.message, {
        hint: 'expected the certificates of authorities to trust, as PEM text',
        details: { source: source.name, problem: problem.code },
      });
    }
    notes.push(...problems.filter(({ code }) => ONLY_NOTED.includes(code)).map(({ message }) => message));
    pems.push(pem);
    const subjects = chain.slice(0, MAX_SHOWN).map(({ subject }) => subject);
    const more = chain.length > subjects.length ? ', …' : '';
    shown.push(`${chain.length} of ${source.name} (${subjects.join('; ')}${more})`);
  }
  if (pems.length === 0) return undefined;
  const description = [...shown.slice(0, MAX_SHOWN), ...(shown.length > MAX_SHOWN ? ['others'] : [])].join(' and ');
  return { pem: pems.join(''), description, notes: notes.slice(0, MAX_SHOWN) };
}

/** Each file once, under the first name that leads to it. */
function sourcesOf(environment: Environment): Source[] {
  const sources: Source[] = [];
  const addFile = (path: string, named: string, name: string, optional = false) => {
    if (!sources.some((source) => source.path === path)) sources.push({ path, named, name, optional });
  };
  for (const [field, variable] of FIELD_VARIABLES) {
    const value = environment[variable];
    if (!value) continue;
    const name = entryField(field, environment);
    // A path is not repeated: whatever slipped into the field may begin with a slash.
    if (value.startsWith('/')) addFile(value, `${name} names a file`, `the file that ${name} names`);
    else sources.push({ text: value, named: name, name });
  }
  const add = (path: string, variable: string, optional = false) =>
    addFile(path, `${variable} names ${path}`, `${path} (${variable})`, optional);
  for (const path of (environment['SERVAL_CA_BUNDLES'] ?? '').split(':')) {
    if (path.trim() !== '') add(path.trim(), 'SERVAL_CA_BUNDLES');
  }
  for (const variable of FILE_VARIABLES) {
    const path = environment[variable];
    if (path) add(path, variable);
  }
  if (environment['CA_BUNDLE_CONFIGMAP_NAME']) {
    const mountPoint = environment['CA_BUNDLE_VOLUME_MOUNT_POINT'];
    // Where only KServe's default could tell, a bundle that is not there is not one that was meant.
    add(join(mountPoint || GLOBAL_MOUNT_POINT, 'cabundle.crt'), 'CA_BUNDLE_VOLUME_MOUNT_POINT', !mountPoint);
  }
  return sources;
}

async function readBundle({ path, named, optional }: Source): Promise<string | undefined> {
  const { MAX_PEM_LENGTH } = await import('../config/pem.ts');
  try {
    const { size } = await stat(path!);
    if (size <= MAX_PEM_LENGTH) return await readFile(path!, 'utf8');
    throw new StorageError('InvalidConfiguration', `${named}, which has ${size} bytes`, {
      hint: `at most ${MAX_PEM_LENGTH} are read`,
    });
  } catch (error) {
    if (error instanceof StorageError) throw error;
    const { code } = error as NodeJS.ErrnoException;
    if (optional && code === 'ENOENT') return undefined;
    // No cause: its message has the path.
    throw new StorageError('InvalidConfiguration', `${named}, which cannot be read (${code})`, {
      hint: code === 'ENOENT' ? 'check that its ConfigMap or Secret is mounted there' : 'check its kind and its mode',
    });
  }
}

/** A list of authorities replaces the roots, so everything that is trusted anyway goes with it. */
export async function rootsAnd(pems: readonly string[]): Promise<string[]> {
  const { getCACertificates } = await import('node:tls');
  return [...new Set([...getCACertificates('default'), ...getCACertificates('system'), ...pems])];
}
