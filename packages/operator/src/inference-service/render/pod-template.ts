import {
  apiVersionOf,
  type Deployment,
  deployments,
  type KnativeService,
  type KubeObject,
  knativeServices,
  type PodTemplateSpec,
} from '@serval/kube/objects';

type Workload = Deployment | KnativeService;

/** What the Pods of a Deployment or a Knative Service are made of; nothing of other objects. */
export function podTemplateOf(object: KubeObject): PodTemplateSpec | undefined {
  return isWorkload(object) ? object.spec.template : undefined;
}

export function withPodTemplate(object: KubeObject, template: PodTemplateSpec): KubeObject {
  if (!isWorkload(object)) return object;
  const changed = { ...object, spec: { ...object.spec, template } };
  return changed;
}

function isWorkload(object: KubeObject): object is Workload {
  return [deployments, knativeServices].some(
    (resource) => object.kind === resource.kind && object.apiVersion === apiVersionOf(resource),
  );
}
