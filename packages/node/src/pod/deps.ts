import type { Client, Clock, Log } from '@serval/kube/client';
import type { EmitEvent } from '../events.ts';
import type { ImageCatalogue } from '../images/catalogue.ts';
import type { Reaper } from '../process/reaper.ts';
import type { VolumeSource } from '../volumes/prepare.ts';
import type { NetworkPool } from './network.ts';

/** What all Pods of a node share. */
export interface PodDeps {
  client: Client;
  nodeName: string;
  hostIP: string;
  allocatable: Readonly<Record<string, number>>;
  podsDirectory: string;
  claimVolumes: string;
  /** Where users map images, named in messages. */
  imagesFile: string;
  images: ImageCatalogue;
  source: VolumeSource;
  network: NetworkPool;
  clusterProxyUrl(): string | undefined;
  /** Directories for containers' programs. */
  path: string;
  /** Between a Pod's end being known and SIGTERM, so that endpoints are gone first. */
  drainDelayMs: number;
  /** When the node ends: for an API server that cannot be reached to be told how the containers ended. */
  lastWordsMs: number;
  reaper: Reaper;
  clock: Clock;
  log: Log;
  emit: EmitEvent;
}
