import {
  everyService,
  type InferenceService,
  type KeptService,
  type PipelineStage,
  type StageOverride,
} from '@serval/api';
import type { Container } from '@serval/kube/objects';
import { predictorContainer, storageUriVariable } from '../names.ts';

type Predictor = InferenceService['spec']['predictor'];
type Server = Partial<Pick<Container, 'resources' | 'env'>>;

/** The service as a stage has it: with the stage's override for it, the one by its name before that for all. */
export function withOverrides(
  service: KeptService,
  name: string,
  { overrides = [] }: Pick<PipelineStage, 'overrides'>,
): KeptService {
  const override = [name, everyService].flatMap((key) => overrides.find((one) => one.service === key) ?? [])[0];
  if (!override) return service;
  const spec = structuredClone(service.spec);
  overrideReplicas(spec.predictor, override);
  if (override.resources) overrideResources(serverOf(spec.predictor), override.resources);
  if (override.storageUri !== undefined) overrideStorage(spec.predictor, override.storageUri);
  return { ...service, spec };
}

/** A limit that is not written gives way to one that is: services with more replicas at least than at most are refused. */
function overrideReplicas(predictor: Predictor, { minReplicas, maxReplicas }: StageOverride): void {
  if (minReplicas !== undefined) predictor.minReplicas = minReplicas;
  if (maxReplicas !== undefined) predictor.maxReplicas = maxReplicas;
  const [least, most] = [predictor.minReplicas ?? 1, predictor.maxReplicas ?? 0];
  if (most === 0 || least <= most) return;
  if (maxReplicas === undefined) predictor.maxReplicas = least;
  else predictor.minReplicas = most;
}

function overrideResources(server: Server, { requests, limits }: NonNullable<StageOverride['resources']>): void {
  const merged = (own: object | undefined, over: object | undefined) => (over ? { ...own, ...over } : own);
  const [ownRequests, ownLimits] = [server.resources?.requests, server.resources?.limits];
  server.resources = {
    ...server.resources,
    ...(requests || ownRequests ? { requests: merged(ownRequests, requests) } : {}),
    ...(limits || ownLimits ? { limits: merged(ownLimits, limits) } : {}),
  } as NonNullable<Container['resources']>;
}

/** A source of the model replaces all of its sources. */
function overrideStorage(predictor: Predictor, storageUri: string): void {
  delete predictor.storageUris;
  if (predictor.model) {
    delete predictor.model.storage;
    predictor.model.storageUri = storageUri;
    return;
  }
  const server = serverOf(predictor);
  const others = (server.env ?? []).filter(({ name }) => name !== storageUriVariable);
  server.env = [...others, { name: storageUriVariable, value: storageUri }];
}

/** Where the container that serves the model is written. */
function serverOf({ model, containers = [] }: Predictor): Server {
  return model ?? containers.find(({ name }) => name === predictorContainer) ?? containers[0] ?? {};
}
