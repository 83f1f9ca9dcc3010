import type { ClusterStorageContainer } from '@serval/api';
import type { Container } from '@serval/kube/objects';
import type { ServingConfig } from '../config/serving-config.ts';
import type { Decision, Delivery } from './delivery.ts';
import { decideGiven, type GivenStorage } from './given-storage.ts';
import { createLookup, type Known, type Lookup } from './lookup.ts';
import { ownChoice } from './own-choice.ts';
import { joinParts, type NamedCertificates, type Part } from './part.ts';
import { chooseStorageContainer } from './storage-container.ts';
import { deliverEntry } from './storage-entry.ts';
import type { Source, StorageRequest } from './storage-request.ts';
import { decideTrust } from './trust.ts';

/** What holds for every Pod. */
export interface DeliveryContext {
  readonly config: ServingConfig;
  /** The platform's own namespace. */
  readonly home: string;
  readonly storageContainers: readonly ClusterStorageContainer[];
  /** By it, certificates are judged. */
  readonly now: Date;
  /** What holds in the namespace of the Pod; nothing where nobody asks for it. */
  readonly given?: GivenStorage | undefined;
}

/**
 * What a Pod that asks for a model is to get, or why it cannot be had. Pure: whatever it has to look at and is not among what
 * is known is named, to be read before it is asked again.
 */
export function decideDelivery(request: StorageRequest, known: Known, context: DeliveryContext): Decision {
  const lookup = createLookup(known);
  const decided = decide(request, lookup, context);
  return lookup.unknown.length > 0 ? { state: 'unknown', references: lookup.unknown } : decided;
}

function decide(request: StorageRequest, lookup: Lookup, context: DeliveryContext): Decision {
  const { config, home, now } = context;
  const entry = request.entry && deliverEntry(request, lookup, config, now);
  if (entry && 'problems' in entry) return refused(entry.problems);
  const sources = entry?.sources ?? request.sources;
  const { listed, namespace } = request;
  const schema = entry?.schema ? { schema: entry.schema } : {};
  const all = [...sources, ...(entry?.schema ? [entry.schema] : [])];
  if (all.every(isClaim)) return delivered({ sources, listed, ...schema });

  const downloads = all.filter((source) => !isClaim(source));
  const container = containerOf(downloads, request, context);
  const own = ownChoice(request, lookup, config);
  const given = context.given ? decideGiven(downloads, own, context.given) : { parts: [], problems: [] };
  const parts: readonly Part[] = [...(entry ? [entry] : own.parts), ...given.parts];
  const storage = entry?.certificates ?? certificatesOf(given.parts);
  const trust = decideTrust({ namespace, home, storage, account: certificatesOf(own.parts) }, lookup, config, now);
  const problems = [
    ...('problem' in container ? [container.problem] : []),
    ...given.problems,
    ...parts.flatMap((part) => part.problems ?? []),
    ...(trust && 'problems' in trust ? trust.problems : []),
  ];
  if (problems.length > 0) return refused(problems);
  return delivered({
    sources,
    listed,
    ...schema,
    ...joinParts(parts),
    ...(trust && !('problems' in trust) ? { trust } : {}),
    ...('container' in container && container.container ? { container: container.container } : {}),
  });
}

function certificatesOf(parts: readonly Part[]): NamedCertificates | undefined {
  return parts.find(({ certificates }) => certificates)?.certificates;
}

/** One init container fetches all, so one storage container, or none, has to take them all. */
function containerOf(
  downloads: readonly Source[],
  { storageContainerName }: StorageRequest,
  { storageContainers }: DeliveryContext,
): { container: Container | undefined } | { problem: string } {
  const chosen = downloads.map(({ uri }) => chooseStorageContainer(uri, storageContainerName, storageContainers));
  for (const one of chosen) if ('problem' in one) return one;
  const specs = chosen.map((one) => ('spec' in one ? one.spec : undefined));
  const [first] = specs;
  const other = specs.findIndex((spec) => spec !== first);
  if (other > 0) {
    const uris = `${downloads[0]?.uri} and ${downloads[other]?.uri}`;
    return { problem: `${uris} are not fetched by the same storage container` };
  }
  if (first && downloads.length > 1 && first.supportsMultiModelDownload !== true) {
    return {
      problem: `the storage container for ${downloads[0]?.uri} fetches one at a time, not ${downloads[1]?.uri} besides`,
    };
  }
  return { container: first?.container };
}

function isClaim({ uri }: Source): boolean {
  return uri.startsWith('pvc://');
}

function refused(problems: readonly string[]): Decision {
  return { state: 'refused', problems };
}

function delivered(parts: Pick<Delivery, 'sources' | 'listed'> & Partial<Delivery>): Decision {
  return { state: 'delivered', delivery: { env: [], volumes: [], volumeMounts: [], ...parts } };
}
