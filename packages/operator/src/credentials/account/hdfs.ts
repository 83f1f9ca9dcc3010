import type { Secret } from '@serval/kube/objects';
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
