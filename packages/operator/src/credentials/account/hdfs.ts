import type { Secret } from '@serval/kube/objects';
import { TEXT_FIELDS } from '@serval/storage/config';
import type { Part } from '../part.ts';
import { has } from './secret-data.ts';

const volume = 'hdfs-secrets';

/** A Secret with name nodes, users and keys of HDFS, which the initializer reads as files. */
export function hdfsSecret(secret: Secret): Part | undefined {
  if (!has(secret, 'HDFS_NAMENODE')) return undefined;
  return {
    volumes: [{ name: volume, secret: { secretName: secret.metadata.name ?? '' } }],
    volumeMounts: [{ name: volume, mountPath: '/var/secrets/kserve-hdfscreds', readOnly: true }],
  };
}

/** Of those, what the initializers read there, KServe's and Serval's. */
export function hdfsFiles(secret: Secret): string[] {
  return TEXT_FIELDS.hdfs.filter((key) => has(secret, key));
}
