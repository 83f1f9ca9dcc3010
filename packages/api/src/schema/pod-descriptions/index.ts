import { autoscalingDescriptions } from './autoscaling.ts';
import { claimDescriptions } from './claims.ts';
import { containerDescriptions } from './container.ts';
import type { Descriptions } from './descriptions.ts';
import { environmentDescriptions } from './environment.ts';
import { persistentVolumeDescriptions } from './persistent-volumes.ts';
import { podSpecDescriptions } from './pod-spec.ts';
import { probeDescriptions } from './probes.ts';
import { schedulingDescriptions } from './scheduling.ts';
import { securityDescriptions } from './security.ts';
import { storageSourceDescriptions } from './storage-sources.ts';
import { volumeDescriptions } from './volumes.ts';

/** What Serval says of the fields of built-in kinds, which the table of these kinds says nothing of. */
export const podDescriptions: Descriptions = {
  ...autoscalingDescriptions,
  ...claimDescriptions,
  ...containerDescriptions,
  ...environmentDescriptions,
  ...persistentVolumeDescriptions,
  ...podSpecDescriptions,
  ...probeDescriptions,
  ...schedulingDescriptions,
  ...securityDescriptions,
  ...storageSourceDescriptions,
  ...volumeDescriptions,
};

/** The text for one field, such as `image` of `Container`, if there is one. */
export function descriptionOf(definition: string, field: string): string | undefined {
  const fields = Object.hasOwn(podDescriptions, definition) ? podDescriptions[definition] : undefined;
  return fields && Object.hasOwn(fields, field) ? fields[field] : undefined;
}
