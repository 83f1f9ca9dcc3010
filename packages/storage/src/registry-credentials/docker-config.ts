import { parseRegistryKey } from './registry-key.ts';

/** `.dockerconfigjson`, `config.json` and `auth.json` have `auths`; the legacy `.dockercfg` is the content of `auths` alone. */
export type DockerConfigFormat = 'dockerconfigjson' | 'dockercfg';

/** What a registry, or its token server, is shown. */
export interface RegistryCredential {
  username: string;
  password: string;
  /** OAuth2 refresh token (`identitytoken`). The kubelet does not read it. */
  identityToken: string | undefined;
  /** Ready bearer token (`registrytoken`). The kubelet does not read it. */
  registryToken: string | undefined;
}

/** One entry of a docker config, and where it is from: a file, a Secret, a layer of several. */
export interface RegistryEntry<Origin = string> {
  /** As written, but without a user and password before the host, which no registry is shown; `parseRegistryKey` tells what it means. */
  key: string;
  credential: RegistryCredential;
  origin: Origin;
}

export interface DockerConfigProblem<Origin = string> {
  origin: Origin;
  /** Key of the entry, as it may be shown; `undefined` for the whole file. */
  key: string | undefined;
  /** Never shows a value. */
  message: string;
  /** `refused`: the kubelet takes nothing of this file. `ignored`: it goes on without the entry. */
  effect: 'refused' | 'ignored';
}

export interface DockerConfig<Origin = string> {
  entries: RegistryEntry<Origin>[];
  problems: DockerConfigProblem<Origin>[];
  /** Registries that a credential helper is named for; `*` for `credsStore`, which is for all. Nothing is run here. */
  helpers: string[];
}

/**
 * Reads a docker config as the kubelet does, collecting every problem. `auth` (base64 of `USER:PASSWORD`, the first colon splits) wins
 * over `username` and `password` when it is not empty. Names of fields match in any case, as Go's decoder has it.
 */
export function parseDockerConfig<Origin>(
  text: string,
  format: DockerConfigFormat,
  origin: Origin,
): DockerConfig<Origin> {
  const config: DockerConfig<Origin> = { entries: [], problems: [], helpers: [] };
  const refuse = (key: string | undefined, message: string): void => {
    config.problems.push({ origin, key, message, effect: 'refused' });
  };
  let root: unknown;
  try {
    root = JSON.parse(text);
  } catch {
    refuse(undefined, 'is not JSON'); // no quotation: it holds passwords
    return config;
  }
  if (!isObject(root)) {
    refuse(undefined, 'is not a JSON object');
    return config;
  }
  if (format === 'dockerconfigjson') config.helpers = helpersOf(root);
  const auths = (format === 'dockercfg' ? root : fieldOf(root, 'auths')) ?? {};
  if (!isObject(auths)) {
    refuse(undefined, '"auths" is not an object');
    return config;
  }
  for (const [written, value] of Object.entries(auths)) {
    const credential = credentialFrom(value ?? {});
    if (typeof credential === 'string') refuse(shownKey(written), credential);
    else if (!parseRegistryKey(written)) {
      const key = shownKey(written);
      config.problems.push({ origin, key, message: 'is no host with optional port and path', effect: 'ignored' });
    } else config.entries.push({ key: withoutUser(written), credential, origin });
  }
  return config;
}

/** A user and password before the host mean nothing, and keys are shown. */
function withoutUser(key: string): string {
  return key.replace(/^((?:https?:\/\/)?)[^/]*@/, '$1');
}

/** Of one that means nothing, without all that may belong to a password. */
function shownKey(key: string): string {
  return key.replace(/^((?:https?:\/\/)?).*@/s, '$1');
}

/** The credential, or what is wrong with it. */
function credentialFrom(value: unknown): RegistryCredential | string {
  if (!isObject(value)) return 'is not an object';
  const fields: Record<string, string> = {};
  for (const name of ['username', 'password', 'auth', 'identitytoken', 'registrytoken']) {
    const found = fieldsOf(value, name);
    if (!found.every((field) => typeof field === 'string')) return `has a "${name}" that is no string`;
    fields[name] = found.at(-1) ?? '';
  }
  let { username, password } = fields as { username: string; password: string };
  if (fields['auth']) {
    const pair = decodeBase64(fields['auth']);
    const colon = pair?.indexOf(':') ?? -1;
    if (pair === undefined || colon < 0) return 'has an "auth" that is not the base64 form of USER:PASSWORD';
    [username, password] = [pair.slice(0, colon), pair.slice(colon + 1)];
  }
  return {
    username,
    password,
    identityToken: fields['identitytoken'] || undefined,
    registryToken: fields['registrytoken'] || undefined,
  };
}

/** Standard alphabet, padded or not at all, line breaks anywhere: what Go's decoders take. Node's own takes anything. */
function decodeBase64(text: string): string | undefined {
  const plain = text.replace(/[\r\n]/g, '');
  const padded = plain.endsWith('=');
  if (!/^[A-Za-z0-9+/]*={0,2}$/.test(plain) || (padded ? plain.length % 4 !== 0 : plain.length % 4 === 1))
    return undefined;
  const bytes = Buffer.from(plain, 'base64');
  const decoded = bytes.toString('utf8');
  return Buffer.from(decoded).equals(bytes) ? decoded : undefined;
}

function helpersOf(root: Record<string, unknown>): string[] {
  const store = fieldOf(root, 'credsstore');
  const helpers = fieldOf(root, 'credhelpers');
  return [
    ...(typeof store === 'string' && store !== '' ? ['*'] : []),
    ...(isObject(helpers) ? Object.keys(helpers) : []),
  ];
}

/** @param name  in lower case */
function fieldOf(object: Record<string, unknown>, name: string): unknown {
  return fieldsOf(object, name).at(-1);
}

/** In any case of letters; the last one counts, and a null does not, as in Go's decoder. */
function fieldsOf(object: Record<string, unknown>, name: string): unknown[] {
  return Object.entries(object).flatMap(([key, value]) =>
    key.toLowerCase() === name && value !== null ? [value] : [],
  );
}

function isObject(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}
