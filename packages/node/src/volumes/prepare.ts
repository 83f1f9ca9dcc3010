import { mkdir } from 'node:fs/promises';
import { join } from 'node:path';
import type { PersistentVolume, PersistentVolumeClaim, Pod, Volume } from '@serval/kube/objects';
import type { ConfigSource } from '../container/environment.ts';
import type { PodFacts } from '../container/field-path.ts';
import { messageOf, NodeError } from '../errors.ts';
import { writeAtomicDirectory } from './atomic-directory.ts';
import { prepareHostPath } from './host-path.ts';
import { isProjection, projectVolume } from './projection.ts';

export interface VolumeSource extends ConfigSource {
  claim(namespace: string, name: string): Promise<PersistentVolumeClaim | undefined>;
  persistentVolume(name: string): Promise<PersistentVolume | undefined>;
}

export interface VolumeContext {
  pod: Pod;
  facts: PodFacts;
  source: VolumeSource;
  /** Volumes that live and die with the Pod go here, one directory each. */
  podVolumes: string;
  /** `NAMESPACE/CLAIM` directories of claims that no hostPath volume stands behind. */
  claimVolumes: string;
}

/** A name that can stand as one path segment; what the API accepts as a volume's or claim's name always can. */
function segment(name: string): string {
  if (!/^[a-z0-9]([a-z0-9.-]*[a-z0-9])?$/.test(name)) throw new NodeError('FailedMount', `invalid name "${name}"`);
  return name;
}

/**
 * Makes every volume of a Pod ready.
 * @returns real path by volume name
 * @throws NodeError `FailedMount`, naming the volume
 */
export async function prepareVolumes(context: VolumeContext): Promise<Map<string, string>> {
  const paths = new Map<string, string>();
  for (const volume of context.pod.spec.volumes ?? []) {
    try {
      paths.set(volume.name, await prepareVolume(volume, context));
    } catch (error) {
      throw new NodeError('FailedMount', `MountVolume.SetUp failed for volume "${volume.name}" : ${messageOf(error)}`, {
        cause: error,
      });
    }
  }
  return paths;
}

async function prepareVolume(volume: Volume, context: VolumeContext): Promise<string> {
  const own = join(context.podVolumes, segment(volume.name));
  if (volume.hostPath) return prepareHostPath(volume.hostPath);
  if (volume.persistentVolumeClaim) return prepareClaim(volume.persistentVolumeClaim.claimName, context);
  if (isProjection(volume)) {
    await writeAtomicDirectory(own, await projectVolume(context.pod, volume, context.facts, context.source));
    return own;
  }
  const kind = Object.keys(volume).find((key) => key !== 'name') ?? 'emptyDir';
  if (kind !== 'emptyDir') throw new NodeError('FailedMount', `volumes of kind ${kind} are not supported here`);
  await mkdir(own, { recursive: true, mode: 0o777 });
  return own;
}

/**
 * The directory behind a claim: the path of the hostPath volume it is bound to, else one of the node's own that
 * lasts as long as the claim.
 */
async function prepareClaim(name: string, { pod, source, claimVolumes }: VolumeContext): Promise<string> {
  const namespace = pod.metadata.namespace ?? '';
  const claim = await source.claim(namespace, name);
  if (!claim) throw new NodeError('FailedMount', `persistentvolumeclaim "${name}" not found`);
  if (claim.metadata.deletionTimestamp) {
    throw new NodeError('FailedMount', `persistentvolumeclaim "${name}" is being deleted`);
  }
  if (claim.status?.phase !== 'Bound') {
    throw new NodeError(
      'FailedMount',
      `persistentvolumeclaim "${name}" is not bound (${claim.status?.phase ?? 'Pending'})`,
    );
  }
  const { volumeName } = claim.spec;
  const bound = volumeName ? await source.persistentVolume(volumeName) : undefined;
  if (bound?.spec.hostPath) return prepareHostPath({ type: 'DirectoryOrCreate', ...bound.spec.hostPath });
  const path = join(claimVolumes, segment(namespace), segment(name));
  await mkdir(path, { recursive: true });
  return path;
}

/** Brings the files of projected volumes up to date. @returns names of volumes that changed */
export async function refreshProjections(context: VolumeContext): Promise<string[]> {
  const changed: string[] = [];
  for (const volume of (context.pod.spec.volumes ?? []).filter(isProjection)) {
    const payload = await projectVolume(context.pod, volume, context.facts, context.source);
    if (await writeAtomicDirectory(join(context.podVolumes, segment(volume.name)), payload)) changed.push(volume.name);
  }
  return changed;
}
