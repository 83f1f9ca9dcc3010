import type { KubeObject } from '@serval/kube/objects';
import type { Static } from 'typebox';
import type { platformDefaultsSpecSchema, platformDefaultsStatusSchema } from './schema.ts';

export type PlatformDefaultsSpec = Static<typeof platformDefaultsSpecSchema>;
export type PlatformDefaultsStatus = Static<typeof platformDefaultsStatusSchema>;

/** Credentials that hold for every service whose pipeline or stage says nothing else. There is one, named `default`. */
export interface PlatformDefaults extends KubeObject {
  spec?: PlatformDefaultsSpec;
  status?: PlatformDefaultsStatus;
}
