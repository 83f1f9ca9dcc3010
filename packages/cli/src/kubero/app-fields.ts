import type { FieldTable } from './left-fields.ts';
import { type Values, valuesOf } from './values.ts';

const builds = 'Serval serves images and models, and builds none';

/** Fields of `KuberoApp.spec` (kubero, `apps.interface.ts`; chart kuberoapp, `values.yaml`). */
export const appFields: FieldTable = {
  name: true,
  pipeline: true,
  phase: true,
  mainnamespace: true,
  deploymentstrategy: true,
  buildstrategy: true,
  registry: true,
  envVars: true,
  resources: true,
  podsize: true,
  autoscale: true,
  autoscaling: true,
  imagePullSecrets: true,
  basicAuth: 'services have no passwords of their own; put the gateway’s authentication before them',
  image: {
    repository: true,
    tag: true,
    command: true,
    containerPort: true,
    pullPolicy: true,
    // Parts that only builds have; they are always written out.
    fetch: true,
    build: true,
    run: true,
  },
  web: {
    replicaCount: true,
    autoscaling: {
      minReplicas: true,
      maxReplicas: true,
      targetCPUUtilizationPercentage: true,
      targetMemoryUtilizationPercentage: 'replicas follow one metric, the processor',
    },
  },
  worker: 'a process that answers no requests is no service; make a Deployment of it',
  healthcheck: {
    enabled: true,
    path: true,
    timeoutSeconds: true,
    periodSeconds: true,
    startupSeconds: 'set progressDeadlineSeconds or a startupProbe',
  },
  gitrepo: builds,
  branch: builds,
  ref: builds,
  autodeploy: builds,
  buildpack: builds,
  sleep: 'set minReplicas: 0 where the platform scales to zero',
  restartedAt: true,
  ingress: 'hosts and paths of services come from the platform',
  cronjobs: 'make CronJobs of them',
  addons: 'databases and the like are not Serval’s to run; keep them where they are',
  extraVolumes: 'add volumes and volumeMounts to the predictor',
  vulnerabilityscan: 'scan images in the registry',
  serviceAccount: 'name one with spec.predictor.serviceAccountName',
  service: 'ports of services are the platform’s',
  podSecurityContext: 'add securityContext to the predictor',
};

/** Without what is written out and does nothing: parts that are switched off, and the chart's own defaults. */
export function withoutUnused(spec: Values): Values {
  const isOff = (field: string): boolean => valuesOf(spec[field])['enabled'] === false;
  const isBuilt = spec['deploymentstrategy'] !== 'docker';
  const unused: Readonly<Record<string, boolean>> = {
    ingress: isOff('ingress'),
    vulnerabilityscan: isOff('vulnerabilityscan'),
    healthcheck: isOff('healthcheck'),
    worker: valuesOf(spec['worker'])['replicaCount'] === 0,
    sleep: spec['sleep'] === 'disabled',
    service: valuesOf(spec['service'])['type'] === 'ClusterIP',
    serviceAccount:
      !valuesOf(spec['serviceAccount'])['name'] && !hasMembers(valuesOf(spec['serviceAccount'])['annotations']),
    gitrepo: !isBuilt,
    branch: !isBuilt,
    ref: !isBuilt,
    autodeploy: !isBuilt,
    buildpack: !isBuilt,
  };
  return Object.fromEntries(Object.entries(spec).filter(([field]) => !Object.hasOwn(unused, field) || !unused[field]));
}

function hasMembers(value: unknown): boolean {
  return Object.keys(valuesOf(value)).length > 0;
}
