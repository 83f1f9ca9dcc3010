import type { KubeObject } from '@serval/kube/objects';
import type { Static } from 'typebox';
import type { localModelNodeSpecSchema, localModelNodeStatusSchema } from './schema.ts';

export type LocalModelNodeSpec = Static<typeof localModelNodeSpecSchema>;
export type LocalModelNodeStatus = Static<typeof localModelNodeStatusSchema>;

/** The models that one node keeps on its disk. Has the name of its Node. */
export interface LocalModelNode extends KubeObject {
  spec: LocalModelNodeSpec;
  status?: LocalModelNodeStatus;
}
