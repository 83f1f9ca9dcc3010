import type { InferenceService } from '@serval/api';
import { type Deployment, findCondition, keyOf, type Pod } from '@serval/kube/objects';
import { podState } from '../../inference-service/status/pod-state.ts';
import { serviceLabel } from '../../names.ts';
import type { FindingId } from '../catalogue.ts';
import { evidenceOf } from '../describe.ts';
import type { Check, Notes } from '../notes.ts';
import { configIn, servicesIn } from '../settings.ts';
import { expectedOf, isServed } from './expected.ts';

const imageReasons = new Set([
  'ImageNotAvailable',
  'ErrImagePull',
  'ImagePullBackOff',
  'InvalidImageName',
  'ErrImageNeverPull',
]);

/** Deployments and Pods of the services: what keeps them from serving. */
export const podsCheck: Check = {
  name: 'pods',
  run(snapshot, notes) {
    const deployments = notes.read(snapshot.deployments, 'Deployments');
    const pods = notes.read(snapshot.pods, 'Pods');
    notes.read(snapshot.runtimes, 'ServingRuntimes');
    notes.read(snapshot.clusterRuntimes, 'ClusterServingRuntimes');
    const config = configIn(snapshot);
    for (const service of servicesIn(snapshot)) {
      if (!isServed(service, config)) continue;
      const key = keyOf(service.metadata);
      if (!('unread' in snapshot.deployments)) {
        for (const name of expectedOf(service, snapshot).deployments) {
          checkDeployment(service, name, deployments, notes);
        }
      }
      for (const pod of pods) {
        const owner = keyOf({ namespace: pod.metadata.namespace, name: pod.metadata.labels?.[serviceLabel] ?? '' });
        if (owner === key && pod.metadata.deletionTimestamp === undefined) checkPod(pod, key, notes);
      }
    }
  },
};

function checkDeployment(
  service: InferenceService,
  name: string,
  deployments: readonly Deployment[],
  notes: Notes,
): void {
  const key = keyOf({ namespace: service.metadata.namespace, name });
  const found = deployments.find(({ metadata }) => keyOf(metadata) === key);
  const about = { service: keyOf(service.metadata) };
  notes.expect(found !== undefined, 'deployment-missing', () => ({
    ...about,
    evidence: evidenceOf(`Deployment ${key}`, 'metadata.name', undefined),
    sentence: `Deployment ${key} does not exist`,
    fix: { command: `serval describe isvc ${service.metadata.name} -n ${service.metadata.namespace}`, safe: false },
  }));
  if (!found) return;
  const failure = findCondition(found.status?.conditions, 'ReplicaFailure');
  notes.expect(failure?.status !== 'True', 'pod-creation-refused', () => ({
    ...about,
    evidence: evidenceOf(found, 'status.conditions[ReplicaFailure]', failure?.reason),
    sentence: `Pods of Deployment ${key} cannot be created: ${failure?.message ?? failure?.reason}`,
    fix: { command: `kubectl -n ${found.metadata.namespace} describe deployment ${found.metadata.name}`, safe: false },
  }));
}

function checkPod(pod: Pod, service: string, notes: Notes): void {
  const state = podState(pod);
  const name = keyOf(pod.metadata);
  const isUnschedulable = state.state === 'Pending' && state.reason === 'Unschedulable';
  const isStuck = state.state === 'Failed' || isUnschedulable;
  const id: FindingId = state.state === 'Failed' ? failureId(state.conditionReason) : 'pod-unschedulable';
  notes.expect(!isStuck, id, () => ({
    service,
    evidence: evidenceOf(
      pod,
      state.state === 'Failed' ? 'status.containerStatuses' : 'status.conditions[PodScheduled]',
      state.state === 'Failed' ? state.conditionReason : state.reason,
    ),
    sentence: state.message ?? `Pod ${name} is stuck`,
    fix:
      state.state === 'Failed'
        ? { command: `serval logs ${service.split('/')[1]} -n ${pod.metadata.namespace}`, safe: false }
        : { command: `kubectl -n ${pod.metadata.namespace} describe pod ${pod.metadata.name}`, safe: false },
  }));
}

function failureId(reason: string): FindingId {
  if (imageReasons.has(reason)) return 'pod-image-unavailable';
  if (reason === 'OOMKilled') return 'pod-out-of-memory';
  return reason === 'ModelLoadFailed' ? 'model-load-failed' : 'pod-failing';
}
