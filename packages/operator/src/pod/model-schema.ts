import { posix } from 'node:path';
import type { Container, Pod, Volume, VolumeMount } from '@serval/kube/objects';
import type { Source } from '../credentials/storage-request.ts';
import { predictorContainer, schemaMountPath, schemaVolume } from '../names.ts';
import { withEnv, withMount } from './with-missing.ts';

/** Where the initializer puts it. */
export const schemaMount: VolumeMount = { name: schemaVolume, mountPath: schemaMountPath };

/** The model's server sees the schema as a file, and by `MODEL_SCHEMA_PATH` where it is. One in a claim is mounted by itself. */
export function withSchema(pod: Pod, { uri }: Source): Pod {
  const file = `${schemaMountPath}/${posix.basename(uri)}`;
  const [, claimName, subPath] = /^pvc:\/\/([^/]+)\/+(.*)$/.exec(uri) ?? [];
  const mount: VolumeMount = claimName
    ? { name: schemaVolume, mountPath: file, readOnly: true, ...(subPath ? { subPath } : {}) }
    : { ...schemaMount, readOnly: true };
  const volume: Volume = claimName
    ? { name: schemaVolume, persistentVolumeClaim: { claimName, readOnly: true } }
    : { name: schemaVolume, emptyDir: {} };
  const told = (container: Container) =>
    container.name === predictorContainer
      ? withEnv(withMount(container, mount), [{ name: 'MODEL_SCHEMA_PATH', value: file }])
      : container;
  const { containers, volumes = [] } = pod.spec;
  const known = volumes.some(({ name }) => name === schemaVolume);
  const all = known ? volumes : [...volumes, volume];
  return { ...pod, spec: { ...pod.spec, containers: containers.map(told), volumes: all } };
}
