import type { Secret, ServiceAccount } from '@serval/kube/objects';
import { assertImageReadable, StorageError } from '@serval/storage/image-access';
import { matchRegistryEntries, parseImageReference, type RegistryEntry } from '@serval/storage/registry-credentials';
import { ReferenceRefused } from '../../credentials/read-reference.ts';
import type { ReadReference } from '../../credentials/resolve-delivery.ts';
import type { NamespaceCredentialsSource } from '../../pipeline/namespace-credentials.ts';
import { readPullSecret } from '../../pipeline/registry/source-secret.ts';
import { type CheckResult, failed, passed, waiting } from './check.ts';
import { nodesMayPull } from './node-registries.ts';

export interface PullSubject {
  /** Where Pods will pull. */
  readonly namespace: string;
  /**
   * Images, and models that are images (`oci://`). Of images, those with a digest: what has none was pulled by no node, such as programs
   * of the machine itself.
   */
  readonly images: readonly string[];
  /** Pull secrets that the service names itself; the ServiceAccount's count where it names none. */
  readonly pullSecrets?: readonly string[];
  readonly serviceAccount?: string;
}

export interface PullDeps {
  readonly credentials: Pick<NamespaceCredentialsSource, 'of'>;
  readonly read: ReadReference;
  /** For proxies and certificates. */
  readonly environment?: Readonly<Record<string, string | undefined>>;
  /** Longest silence of a registry. Default 10 s. */
  readonly stallTimeoutMs?: number;
}

const ociScheme = 'oci://';
const lookAgainMs = 30_000;
const defaultStallTimeoutMs = 10_000;
/** All images of one registry that answers slowly; a reconcile is not to wait for more. */
const deadlineMs = 60_000;
/** A Pod has a handful. */
const maxImages = 64;

/**
 * Asks the registries for the manifests of images, with what kubelets will have in the namespace: the docker config that the pipeline gives it,
 * and pull secrets of the service's own. It is the operator that asks: a registry which only nodes reach, or whose certificate only they trust,
 * is waited for.
 */
export async function checkPull(
  { namespace, images, pullSecrets, serviceAccount }: PullSubject,
  { credentials, read, environment = {}, stallTimeoutMs = defaultStallTimeoutMs }: PullDeps,
  signal: AbortSignal,
): Promise<CheckResult> {
  const wanted = wantedOf(images);
  if (wanted.length === 0) return passed;
  const { resolution } = await credentials.of(namespace, signal);
  const given = resolution.effective.map(({ key, credential, sourceRef }) => ({
    key,
    credential,
    origin: `Secret ${sourceRef.namespace}/${sourceRef.name}`,
  }));
  const own = await ownEntries(namespace, pullSecrets, serviceAccount, read, signal);
  const entries = [...given, ...own];
  const ending = AbortSignal.any([signal, AbortSignal.timeout(deadlineMs)]);
  const models = new Set(images.filter((image) => image.startsWith(ociScheme)).map(withoutScheme));
  let unknown: CheckResult | undefined;
  for (const image of wanted) {
    if (isLeftToNodes(image, models, entries)) continue;
    const result = await checkImage(image, namespace, entries, { environment, stallTimeoutMs, signal: ending });
    signal.throwIfAborted();
    if (result.state === 'failed') return result;
    if (result.state === 'waiting') unknown ??= result;
    if (ending.aborted) break;
  }
  return unknown ?? passed;
}

function wantedOf(images: readonly string[]): string[] {
  const wanted = images.flatMap((image) => {
    if (image.startsWith(ociScheme)) return [withoutScheme(image)];
    return parseImageReference(image)?.digest ? [image] : [];
  });
  return [...new Set(wanted)].slice(0, maxImages);
}

function withoutScheme(model: string): string {
  return model.slice(ociScheme.length);
}

/** Of a registry for which nodes may have a credential that nobody else has, and the namespace none. Models are fetched by Pods, not by nodes. */
function isLeftToNodes(image: string, models: ReadonlySet<string>, entries: readonly RegistryEntry[]): boolean {
  if (models.has(image) || !nodesMayPull(image)) return false;
  const reference = parseImageReference(image);
  return !reference || matchRegistryEntries(entries, `${reference.registry}/${reference.repository}`).length === 0;
}

async function checkImage(
  image: string,
  namespace: string,
  entries: readonly RegistryEntry[],
  options: Parameters<typeof assertImageReadable>[2],
): Promise<CheckResult> {
  try {
    await assertImageReadable(image, entries, options);
    return passed;
  } catch (error) {
    if (!(error instanceof StorageError)) throw error;
    const { code, summary } = error;
    if (code === 'AccessDenied') return failed('Unauthorized', `${summary}; ${tried(image, namespace, entries)}`);
    if (code === 'ObjectNotFound') return failed('NotFound', `${summary}; ${tried(image, namespace, entries)}`);
    const unreachable = ['SourceUnavailable', 'TlsUntrusted', 'DeadlineExceeded', 'Aborted'].includes(code);
    if (unreachable) return waiting('Unreachable', `the operator cannot ask for ${image}: ${summary}`, lookAgainMs);
    return failed('PullFailed', summary);
  }
}

/** Many registries say of an image that it is not there where the credential may not see it. */
function tried(image: string, namespace: string, entries: readonly RegistryEntry[]): string {
  const reference = parseImageReference(image);
  const matching = reference ? matchRegistryEntries(entries, `${reference.registry}/${reference.repository}`) : [];
  const origins = [...new Set(matching.map(({ origin }) => origin))];
  return origins.length > 0
    ? `namespace ${namespace} has for it: ${origins.join(', ')}`
    : `namespace ${namespace} has no credential for it`;
}

/** What users gave the service or its ServiceAccount in the namespace; what cannot be read gives kubelets nothing either. */
async function ownEntries(
  namespace: string,
  pullSecrets: readonly string[] = [],
  serviceAccount = 'default',
  read: ReadReference,
  signal: AbortSignal,
): Promise<RegistryEntry[]> {
  const get = async (kind: 'Secret' | 'ServiceAccount', name: string) => {
    try {
      return await read({ kind, namespace, name }, signal);
    } catch (error) {
      if (error instanceof ReferenceRefused) return undefined;
      throw error;
    }
  };
  const account =
    pullSecrets.length > 0 ? undefined : ((await get('ServiceAccount', serviceAccount)) as ServiceAccount | undefined);
  const names =
    pullSecrets.length > 0 ? pullSecrets : (account?.imagePullSecrets ?? []).flatMap(({ name }) => name ?? []);
  const entries: RegistryEntry[] = [];
  for (const name of names.slice(0, maxImages)) {
    const secret = (await get('Secret', name)) as Secret | undefined;
    const source = secret && readPullSecret(secret);
    if (source?.state !== 'ready') continue;
    const origin = `Secret ${namespace}/${name}`;
    entries.push(...source.auths.map(({ key, credential }) => ({ key, credential, origin })));
  }
  return entries;
}
