import type { Secret } from '@serval/kube/objects';
import type { Part } from '../part.ts';
import { has } from './secret-data.ts';

const volume = 'hdfs-secrets';

/** What the initializers read there, KServe's and Serval's. */
const settings = [
  'HDFS_NAMENODE',
  'HDFS_ROOTPATH',
  'HADOOP_USER_NAME',
  'USER_PROXY',
  'KERBEROS_PRINCIPAL',
  'KERBEROS_KEYTAB',
  'TLS_CERT',
  'TLS_KEY',
  'TLS_CA',
  'TLS_SKIP_VERIFY',
  'HEADERS',
  'N_THREADS',
];

/** A Secret with name nodes, users and keys of HDFS, which the initializer reads as files. */
export function hdfsSecret(secret: Secret): Part | undefined {
  if (!has(secret, 'HDFS_NAMENODE')) return undefined;
  return {
    volumes: [{ name: volume, secret: { secretName: secret.metadata.name ?? '' } }],
    volumeMounts: [{ name: volume, mountPath: '/var/secrets/kserve-hdfscreds', readOnly: true }],
  };
}

export function hdfsFiles(secret: Secret): string[] {
  return settings.filter((key) => has(secret, key));
}
