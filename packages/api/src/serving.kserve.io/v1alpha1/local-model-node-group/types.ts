import type { KubeObject } from '@serval/kube/objects';
import { type Static, Type } from 'typebox';
import { nodeGroupSpecFields, type nodeGroupStatusSchema } from './schema.ts';

const own = Type.Object(nodeGroupSpecFields);

export type LocalModelNodeGroupSpec = Static<typeof own> & {
  persistentVolumeSpec: Record<string, unknown>;
  persistentVolumeClaimSpec: Record<string, unknown>;
};
export type LocalModelNodeGroupStatus = Static<typeof nodeGroupStatusSchema>;

/** Nodes that keep cached models on disks of the same kind. */
export interface LocalModelNodeGroup extends KubeObject {
  spec: LocalModelNodeGroupSpec;
  status?: LocalModelNodeGroupStatus;
}
