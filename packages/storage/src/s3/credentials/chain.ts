import { abortedError, StorageError } from '../../errors.ts';
import type { ProviderOptions } from '../../provider.ts';
import type { AwsCredentials, CredentialSource } from './credentials.ts';
import { staticSource } from './static.ts';

/** Renewed when less than this is left, so that a request that is on its way still arrives in time. */
const RENEW_BEFORE_MS = 5 * 60_000;

/** After a failure to renew what is still valid, this long passes before the next attempt. */
const RENEW_AGAIN_MS = 30_000;

/** Longest time that finding credentials may take; each source has shorter limits of its own. */
const LOAD_TIMEOUT_MS = 60_000;

interface Held {
  source: CredentialSource;
  credentials: AwsCredentials;
  renewAtMs: number;
}

/** Credentials of one download: found once, shared by all requests, renewed before they expire. */
export interface CredentialChain {
  /** `undefined` where no source is set up. @throws StorageError where one is, and fails */
  current(signal: AbortSignal): Promise<AwsCredentials | undefined>;
  /** Other credentials in place of refused ones; `undefined` where their source has no others. */
  renew(refused: AwsCredentials, signal: AbortSignal): Promise<AwsCredentials | undefined>;
  /** Asks the machine itself, the last resort; `undefined` where it gives none. Asked once. */
  fromInstance(signal: AbortSignal): Promise<AwsCredentials | undefined>;
  /** Why the machine gave none. */
  instanceFailure(): StorageError | undefined;
}

/** In the order of Amazon's SDKs. Loaded when needed: keys in the environment are the usual case. */
const SOURCES: readonly (() => Promise<CredentialSource>)[] = [
  async () => staticSource,
  async () => (await import('./web-identity.ts')).webIdentitySource,
  async () => (await import('./profile.ts')).profileSource,
  async () => (await import('./container.ts')).containerSource,
];

const MEMO_KEY = 's3 credentials';

/** The chain of this download. `nowMs` is the time of day. */
export function credentialChain(options: ProviderOptions, nowMs: () => number = Date.now): CredentialChain {
  const chain = (options.memo.get(MEMO_KEY) as CredentialChain | undefined) ?? createChain(options, nowMs);
  options.memo.set(MEMO_KEY, chain);
  return chain;
}

function createChain(options: ProviderOptions, nowMs: () => number): CredentialChain {
  let held: Promise<Held | undefined> | undefined;
  let fromInstance: Promise<Held | undefined> | undefined;
  let failure: StorageError | undefined;

  async function load(source: CredentialSource): Promise<Held | undefined> {
    const credentials = await source.load(options, AbortSignal.timeout(LOAD_TIMEOUT_MS));
    // Some that are nearly over must not be asked for again with each request.
    const renewAtMs = Math.max((credentials?.expiresAtMs ?? Infinity) - RENEW_BEFORE_MS, nowMs() + RENEW_AGAIN_MS);
    return credentials && { source, credentials, renewAtMs };
  }

  async function find(): Promise<Held | undefined> {
    for (const open of SOURCES) {
      const found = await load(await open());
      if (found) return found;
    }
    return undefined;
  }

  /** One search for all that wait for it. A failure is not kept: the request that is made again searches again. */
  function search(): Promise<Held | undefined> {
    held ??= find().catch((error) => {
      held = undefined;
      throw error;
    });
    return held;
  }

  /** Puts what the source gives now in the place of `old`, once for all that ask for it. */
  function replace(old: Held, keepOld: boolean): Promise<Held | undefined> {
    const before = held;
    const next: Promise<Held | undefined> = load(old.source).catch((error) => {
      if (held === next) held = before;
      if (!keepOld) throw error;
      old.renewAtMs = nowMs() + RENEW_AGAIN_MS;
      return old;
    });
    held = next;
    return next;
  }

  async function fresh(signal: AbortSignal): Promise<Held | undefined> {
    const searched = search();
    const found = await untilAborted(searched, signal);
    if (!found || nowMs() < found.renewAtMs) return found;
    if (held !== searched) return untilAborted(search(), signal); // another request renews them
    const stillValid = nowMs() < (found.credentials.expiresAtMs ?? Infinity);
    return untilAborted(replace(found, stillValid), signal);
  }

  return {
    async current(signal) {
      return (await fresh(signal))?.credentials;
    },

    async renew(refused, signal) {
      const searched = search();
      const now = await untilAborted(searched, signal);
      if (!now || now.credentials !== refused) return now?.credentials;
      if (!now.source.renewable) return undefined;
      const next = await untilAborted(held === searched ? replace(now, false) : search(), signal);
      return next?.credentials.accessKeyId === refused.accessKeyId &&
        next.credentials.sessionToken === refused.sessionToken
        ? undefined
        : next?.credentials;
    },

    async fromInstance(signal) {
      fromInstance ??= import('./instance-metadata.ts')
        .then(({ instanceMetadataSource }) => load(instanceMetadataSource))
        .then(
          (found) => {
            if (found) held = Promise.resolve(found);
            return found;
          },
          (error) => {
            if (!(error instanceof StorageError) || error.code === 'InvalidConfiguration') throw error;
            failure = error; // a machine that is no instance; the refusal that led here is what matters
            return undefined;
          },
        );
      return (await untilAborted(fromInstance, signal))?.credentials;
    },

    instanceFailure: () => failure,
  };
}

/** A wait of one request for what many wait for: its end ends nobody else's. */
async function untilAborted<T>(shared: Promise<T>, signal: AbortSignal): Promise<T> {
  if (signal.aborted) {
    shared.catch(() => {});
    throw abortedError(signal);
  }
  let stop = () => {};
  const aborted = new Promise<never>((_, reject) => {
    stop = () => reject(abortedError(signal));
    signal.addEventListener('abort', stop, { once: true });
  });
  try {
    return await Promise.race([shared, aborted]);
  } finally {
    signal.removeEventListener('abort', stop);
  }
}
